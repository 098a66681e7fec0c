import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './processes.ts';
import type { Servers } from './servers.ts';

/** What an agent said. */
export interface Replies {
  /** Texts of agents' replies that were accepted. */
  readonly accepted: Set<string>;
  /** How many files each of these replies carries. */
  readonly albums: Map<string, number>;
  /** All agents' replies that were attempted; those not accepted may or may not be there. */
  readonly attempted: Set<string>;
}

export function noReplies(): Replies {
  return { accepted: new Set(), albums: new Map(), attempted: new Set() };
}

const PAUSE_MS = 150;
const ASK_AGAIN_MS = 200;
const TRIES = 20;
/** Most files of one reply, where the channel takes as many. */
const MOST_FILES = 3;

/**
 * An agent answers in conversations that the bot gave away, some with files, and gives some of them back, until `isOver`. Asked again with
 * the same id after a crash, as the page would.
 * @param options.behind what stands behind the numbered words of each reply
 */
export async function keepAnswering(
  world: Pick<Servers, 'query'>,
  random: () => number,
  gateway: () => Process | null,
  {
    agentId,
    replies,
    isOver,
    behind = () => '',
    mostFiles = MOST_FILES,
    privately = 0,
  }: {
    agentId: string;
    replies: Replies;
    isOver: () => boolean;
    behind?: () => string;
    mostFiles?: number;
    /** The share of looks that are for conversations in private alone, where few are. */
    privately?: number;
  },
): Promise<void> {
  let count = 0;
  while (!isOver()) {
    await sleep(PAUSE_MS);
    const process = gateway();
    if (process === null || process.isOver()) continue;
    const [row] = await world
      .query<{ id: string; account_id: string; owner_kind: string; owner_version: string }>(
        `SELECT id, account_id, owner_kind, owner_version FROM conversation
         WHERE status <> 'resolved' AND owner_kind IN ('queue', 'agent')
           ${random() < privately ? "AND thread_id IN (SELECT id FROM thread WHERE kind = 'private')" : ''} ORDER BY random() LIMIT 1`,
      )
      .catch(() => []);
    if (row === undefined) continue;
    const actor = { kind: 'agent', id: agentId };
    if (row.owner_kind === 'agent' && random() < 0.6) {
      const next = { kind: 'bot' };
      const expected = Number(row.owner_version);
      await process.ask({ op: 'own', conversationId: row.id, expected, next, actor, why: 'done' });
      continue;
    }
    count += 1;
    const text = `agent says ${count}${behind()}`;
    replies.attempted.add(text);
    const files =
      random() < 0.4 ? Array.from({ length: 1 + Math.floor(random() * mostFiles) }, () => randomUUID()) : [];
    replies.albums.set(text, files.length);
    const reply = { id: randomUUID(), conversationId: row.id, agentId, accountId: row.account_id, text, files };
    for (let tries = 0; tries < TRIES && !isOver(); tries += 1) {
      const outcome = await (gateway() ?? process).ask({ op: 'reply', reply });
      if (outcome === 'ok') {
        replies.accepted.add(text);
        break;
      }
      await sleep(ASK_AGAIN_MS);
    }
  }
}
