import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './processes.ts';
import type { Servers } from './servers.ts';

/** What an agent does to a message that was sent. */
export interface Amend {
  readonly action: 'edit' | 'delete';
  /** An edit's new words; of a deletion what stood there. */
  readonly text: string;
  /** Whether we were told that it was taken; if not it may or may not be there. */
  accepted: boolean;
}

/** Acts on sent messages, by the id of the act, which is the id of its first row in the outbox. */
export type Amends = Map<string, Amend>;

const PAUSE_MS = 100;
/** Most edits of one message in a row: the later ones are asked for before the platform has the earlier. */
const MOST_EDITS = 3;

/**
 * An agent picks one of the agents' messages that stand at the platform, edits it up to three times on end and takes some of them
 * back, until `isOver`. Asked again with the same id after a crash, as the page would.
 */
export async function keepAmending(
  world: Pick<Servers, 'query'>,
  random: () => number,
  gateway: () => Process | null,
  {
    agentId,
    amends,
    channel,
    isOver,
    deletesOnly = false,
  }: {
    agentId: string;
    amends: Amends;
    channel: 'telegram' | 'discord' | 'web' | 'x';
    isOver: () => boolean;
    /** Where nothing can be edited, and taken back only what everybody reads. */
    deletesOnly?: boolean;
  },
): Promise<void> {
  /** Answers whether it was taken. */
  async function ask(messageId: string, action: Amend['action'], text: string): Promise<boolean> {
    const op = randomUUID();
    const amend: Amend = { action, text, accepted: false };
    amends.set(op, amend);
    for (let tries = 0; tries < 20 && !isOver(); tries += 1) {
      const outcome = await gateway()?.ask({ op: 'amend', amend: { messageId, agentId, action, text, op, channel } });
      amend.accepted = outcome === 'ok';
      // Not sent yet, or gone: no crash, and asking again changes nothing.
      if (outcome === 'ok' || outcome === 'not_sent' || outcome === 'not_amendable') break;
      await sleep(200);
    }
    return amend.accepted;
  }

  for (let count = 1; !isOver(); count += 1) {
    await sleep(PAUSE_MS);
    const [message] = await world
      .query<{ id: string; text: string }>(
        `SELECT m.id, m.text FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.kind = 'outbound' AND m.author_kind = 'agent' AND m.deleted_at IS NULL
           ${deletesOnly ? "AND t.kind <> 'private'" : ''}
           AND EXISTS (SELECT FROM message_external x WHERE x.message_id = m.id)
           AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id AND d.action = 'send' AND d.state <> 'sent')
         ORDER BY random() LIMIT 1`,
      )
      .catch(() => []);
    if (message === undefined) continue;
    const edits = deletesOnly ? 0 : Math.floor(random() * (MOST_EDITS + 1));
    for (let edit = 1; edit <= edits; edit += 1) await ask(message.id, 'edit', `agent changed ${count}-${edit}`);
    if (random() < (deletesOnly ? 0.5 : 0.25)) await ask(message.id, 'delete', message.text);
  }
}
