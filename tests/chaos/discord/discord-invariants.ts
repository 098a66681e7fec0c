import { isDeepStrictEqual } from 'node:util';
import { wordsFor } from '../../../channels/discord/form.ts';
import type { SentMessage } from '../../../channels/discord/simulator/index.ts';
import { recordOf, stringOf } from '../../../channels/shared/read-unknown.ts';
import type { Amends } from '../amends.ts';
import type { Replies } from '../replies.ts';
import { DEFINITE_STATES } from '../store-invariants.ts';
import type { DiscordWorld } from './discord-world.ts';
import { headOf } from './said.ts';

interface DeliveryRow {
  id: string;
  thread_id: string;
  address: string;
  out_seq: string;
  action: string;
  state: string;
  text: string;
  markdown: string | null;
  author_kind: string;
  external_id: string | null;
  target: string | null;
}

/** What left for Discord, in figures. */
export interface Outgoing {
  found: string[];
  parts: number;
  copies: number;
  review: number;
  edits: number;
  deletions: number;
}

const NOBODY = { parse: [], replied_user: false };

/** I5, I6, I8, I9, I11 against what Discord has, and that nobody was pinged. */
export async function judgeOutgoing(world: DiscordWorld, replies: Replies, amends: Amends): Promise<Outgoing> {
  const found: string[] = [];
  const rows = await world.query<DeliveryRow>(`
    SELECT d.id, d.thread_id, t.address, d.out_seq, d.action, d.state, d.part->>'text' AS text, d.part->>'markdown' AS markdown,
      m.author_kind, d.external_id, d.target_external_id AS target
    FROM delivery d JOIN message m ON m.id = d.message_id JOIN thread t ON t.id = d.thread_id ORDER BY d.thread_id, d.out_seq`);
  for (const { action, text, state } of rows) {
    if (!DEFINITE_STATES.has(state) || state === 'failed')
      found.push(`I5: the ${action} of "${text}" ended as ${state}`);
  }
  const sends = rows.filter(({ action }) => action === 'send');
  copies(world, sends, found);
  order(world, sends, found);
  pings(world, found);
  said(world, sends, replies, found);
  changed(world, rows, amends, found);
  return {
    found,
    parts: sends.length,
    copies: world.simulator.log.messages.filter(({ nonce }) => nonce !== null).length,
    review: sends.filter(({ state }) => state === 'needs_review').length,
    edits: rows.filter(({ action }) => action === 'edit').length,
    deletions: rows.filter(({ action }) => action === 'delete').length,
  };
}

/** The key a part goes out under: its id in base64url. */
function keyOf({ id }: DeliveryRow): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** I6, I9: what counts as sent is there once, what waits for a person at most once, anything else not at all. */
function copies(world: DiscordWorld, sends: readonly DeliveryRow[], found: string[]): void {
  const there = new Map<string | number, SentMessage[]>();
  const heads = new Map<string, number>();
  const received = wordsFor('en-US').received;
  for (const message of world.simulator.log.messages) {
    const { nonce, channelId, content } = message;
    // The line below a form is an answer to an interaction, and no part of a message.
    if (nonce === null && !content.startsWith(received))
      found.push(`I2: "${content}" came to ${channelId} without a key`);
    if (nonce !== null) there.set(nonce, [...(there.get(nonce) ?? []), message]);
    const head = content.startsWith('echo ') ? headOf(content) : null;
    if (head !== null) heads.set(head, (heads.get(head) ?? 0) + 1);
  }
  for (const [head, count] of heads) if (count > 1) found.push(`I6: the answer to "${head}" came ${count} times`);
  const known = new Set<string | number>();
  for (const row of sends) {
    const key = keyOf(row);
    known.add(key);
    const came = there.get(key) ?? [];
    const most = row.state === 'sent' || row.state === 'needs_review' ? 1 : 0;
    const least = row.state === 'sent' ? 1 : 0;
    if (came.length < least || came.length > most) {
      found.push(`I6: "${row.text}" is ${row.state} and came ${came.length} times`);
    }
    const [first] = came;
    if (row.state === 'sent' && first !== undefined && row.external_id !== `${first.channelId}:${first.id}`) {
      found.push(`I9: "${row.text}" is known as ${row.external_id} and is ${first.channelId}:${first.id}`);
    }
    if (first !== undefined && row.address.split('/')[0] !== first.channelId) {
      found.push(`I9: "${row.text}" came to ${first.channelId} instead of ${row.address}`);
    }
  }
  for (const [key, [message]] of there) {
    if (!known.has(key)) found.push(`I2: Discord got "${message?.content}" which is in no outbox`);
  }
}

/** I8: in each thread parts stand in the order of the outbox. */
function order(world: DiscordWorld, sends: readonly DeliveryRow[], found: string[]): void {
  const byKey = new Map<string | number | null, DeliveryRow>(sends.map((row) => [keyOf(row), row]));
  const last = new Map<string, number>();
  for (const { nonce, content } of world.simulator.log.messages) {
    const row = byKey.get(nonce);
    if (row === undefined) continue;
    const place = Number(row.out_seq);
    if (place < (last.get(row.thread_id) ?? 0)) found.push(`I8: "${content}" came after a later part`);
    last.set(row.thread_id, Math.max(place, last.get(row.thread_id) ?? 0));
  }
}

/** No call with words leaves it to Discord whom they ping, and nobody was. */
function pings(world: DiscordWorld, found: string[]): void {
  for (const { content, pings: whom } of world.simulator.log.messages) {
    if (whom.everyone || whom.roles.length > 0 || whom.users.length > 0) {
      found.push(`pings: "${content}" pinged ${JSON.stringify(whom)}`);
    }
  }
  for (const { route, body } of world.simulator.log.calls) {
    const fields = recordOf(body);
    const data = recordOf(fields?.['data']);
    const words = [fields, data].find((one) => stringOf(one?.['content'] ?? null) !== null);
    if (words != null && !isDeepStrictEqual(words['allowed_mentions'], NOBODY)) {
      found.push(
        `pings: ${route} with "${stringOf(words['content'])}" allows ${JSON.stringify(words['allowed_mentions'])}`,
      );
    }
  }
}

/** I11: what agents said is there, with all its files. */
function said(world: DiscordWorld, sends: readonly DeliveryRow[], replies: Replies, found: string[]): void {
  const texts = new Map(sends.filter((row) => row.author_kind === 'agent').map((row) => [row.text, row]));
  for (const text of replies.accepted) {
    if (!texts.has(text)) found.push(`I11: the agent's "${text}" was accepted and is not in the outbox`);
  }
  const files = new Map(world.simulator.log.messages.map((message) => [message.nonce, message.files.length]));
  for (const [text, row] of texts) {
    if (!['sent', 'needs_review'].includes(row.state)) found.push(`I11: the agent's "${text}" ended as ${row.state}`);
    const came = files.get(keyOf(row));
    const wanted = replies.albums.get(text);
    if (came !== undefined && wanted !== came) found.push(`I9: "${text}" came with ${came} files instead of ${wanted}`);
  }
}

/** I8, I9, I11: what stands in Discord is what the last edit put there; what was taken back is gone, and nothing else. */
function changed(world: DiscordWorld, rows: readonly DeliveryRow[], amends: Amends, found: string[]): void {
  const wanted = new Map<string, { words: string; deleted: boolean }>();
  for (const { action, state, external_id: id, target, text, markdown } of rows) {
    const on = action === 'send' ? id : target;
    if (on === null || state !== 'sent') continue;
    if (wanted.get(on)?.deleted === true) found.push(`I8: ${on} was changed after it was taken back`);
    wanted.set(on, { words: markdown ?? text, deleted: action === 'delete' });
  }
  const looking = world.simulator.customer();
  for (const channelId of new Set([...wanted.keys()].map((id) => id.split(':')[0] ?? ''))) {
    const there = new Map(looking.sees(channelId).map((message) => [message.id, message.content]));
    for (const [id, { words, deleted }] of wanted) {
      const [at, messageId = ''] = id.split(':');
      if (at !== channelId) continue;
      const content = there.get(messageId);
      if (deleted !== (content === undefined))
        found.push(`I9: ${id} "${words}" ${deleted ? 'still stands' : 'is gone'}`);
      else if (content !== undefined && content !== words.trim())
        found.push(`I8: ${id} says "${content}" instead of "${words}"`);
    }
  }
  const known = new Set(rows.map(({ id }) => id));
  for (const [id, { action, accepted }] of amends) {
    if (accepted && !known.has(id))
      found.push(`I11: the agent's ${action} ${id} was accepted and is not in the outbox`);
  }
}
