import { messageKeyOf } from '../../../channels/x/ids.ts';
import type { Amends } from '../amends.ts';
import type { Replies } from '../replies.ts';
import { DEFINITE_STATES } from '../store-invariants.ts';
import { judgePublic } from './in-public.ts';
import { headOf } from './said.ts';
import { type DeliveryRow, placeOf, type Shown, shownBy } from './shown.ts';
import type { XWorld } from './x-world.ts';

/** What left for X, in figures. */
export interface Outgoing {
  found: string[];
  parts: number;
  inPublic: number;
  approved: number;
  suggestions: number;
  /** Parts nobody knew the fate of, once at least. */
  unsure: number;
  /** Why parts wait for a person. */
  review: string[];
  /** Parts that X said it had, without their id. */
  nameless: number;
  deletions: number;
}

/** I5, I7, I8, I9, I11 against what X has, and the rules of what is said in public. */
export async function judgeOutgoing(world: XWorld, replies: Replies, amends: Amends): Promise<Outgoing> {
  const found: string[] = [];
  const rows = await world.query<DeliveryRow>(`
    SELECT d.id, d.message_id, d.thread_id, t.address, t.contact_id, d.out_seq, d.ordinal, d.action, d.state,
      d.part->>'text' AS text, d.part ? 'file' AS has_file, m.text AS whole, m.author_kind, d.external_id,
      d.target_external_id AS target, d.reply_to_external_id AS reply_to, d.ambiguous, d.error
    FROM delivery d JOIN message m ON m.id = d.message_id JOIN thread t ON t.id = d.thread_id ORDER BY d.thread_id, d.out_seq`);
  for (const { action, text, state, error } of rows) {
    if (!DEFINITE_STATES.has(state) || state === 'failed')
      found.push(`I5: the ${action} of "${text}" ended as ${state}: ${error ?? '?'}`);
  }
  const sends = rows.filter(({ action }) => action === 'send');
  const shown = shownBy(world);
  const byPlace = new Map<string, Shown[]>();
  for (const one of shown) byPlace.set(placeOf(one), [...(byPlace.get(placeOf(one)) ?? []), one]);
  copies(sends, byPlace, found);
  order(sends, shown, found);
  said(sends, byPlace, replies, found);
  takenBack(world, rows, amends, found);
  const approved = judgePublic(world, sends, byPlace, found);
  const [row] = await world.query<{ count: string }>('SELECT count(*) FROM conversation WHERE suggestion IS NOT NULL');
  return {
    found,
    parts: sends.length,
    inPublic: sends.filter(({ address }) => address.startsWith('post:')).length,
    approved,
    suggestions: Number(row?.count),
    unsure: sends.filter(({ ambiguous }) => ambiguous > 0).length,
    review: sends.filter(({ state }) => state === 'needs_review').map(({ error }) => error ?? 'nobody says why'),
    nameless: sends.filter(({ state, external_id: id }) => state === 'sent' && id === null).length,
    deletions: rows.filter(({ action }) => action === 'delete').length,
  };
}

/**
 * I7, I9: what counts as sent is there once and under its id, what waits for a person at most once, anything else not at all. A notice of
 * ours may stand in a thread several times: there are as many of it as rows of it.
 */
function copies(sends: readonly DeliveryRow[], byPlace: ReadonlyMap<string, Shown[]>, found: string[]): void {
  const rowsOf = new Map<string, DeliveryRow[]>();
  for (const row of sends) rowsOf.set(placeOf(row), [...(rowsOf.get(placeOf(row)) ?? []), row]);
  const ids = new Set<string>();
  for (const [place, rows] of rowsOf) {
    const came = byPlace.get(place) ?? [];
    const least = rows.filter(({ state }) => state === 'sent').length;
    const most = least + rows.filter(({ state }) => state === 'needs_review').length;
    if (came.length < least || came.length > most) {
      const states = rows.map(({ state, ambiguous, error }) => `${state} after ${ambiguous} doubts (${error ?? ''})`);
      found.push(`I7: "${rows[0]?.text}" is ${states.join(' and ')} and came ${came.length} times`);
    }
    for (const { external_id: id, state, text } of rows) {
      if (state !== 'sent' || id === null) continue;
      if (ids.has(id)) found.push(`I9: ${id} is known as two parts, one is "${text}"`);
      ids.add(id);
      if (!came.some(({ key }) => key === id))
        found.push(`I9: "${text}" is known as ${id}, which X does not have there`);
    }
  }
  for (const [place, [one]] of byPlace) {
    if (!rowsOf.has(place)) found.push(`I2: X got "${one?.text}" in ${one?.address}, which is in no outbox`);
  }
  const answered = new Map<string, number>();
  for (const { text } of [...byPlace.values()].flat()) {
    const head = text.startsWith('echo ') ? headOf(text) : null;
    if (head !== null) answered.set(head, (answered.get(head) ?? 0) + 1);
  }
  for (const [head, count] of answered) if (count > 1) found.push(`I7: the answer to "${head}" came ${count} times`);
}

/** I8: in each thread parts stand in the order of the outbox. */
function order(sends: readonly DeliveryRow[], shown: readonly Shown[], found: string[]): void {
  const places = new Map(sends.map((row) => [row.external_id, Number(row.out_seq)]));
  const last = new Map<string, number>();
  for (const { key, address, text } of shown) {
    const place = places.get(key);
    if (place === undefined) continue;
    if (place < (last.get(address) ?? 0)) found.push(`I8: "${text}" came after a later part`);
    last.set(address, Math.max(place, last.get(address) ?? 0));
  }
}

/** I11: what agents said is there, with its file. */
function said(
  sends: readonly DeliveryRow[],
  byPlace: ReadonlyMap<string, Shown[]>,
  replies: Replies,
  found: string[],
): void {
  const ofAgents = sends.filter((row) => row.author_kind === 'agent');
  const texts = new Set(ofAgents.map(({ whole }) => whole));
  for (const text of replies.accepted) {
    if (!texts.has(text)) found.push(`I11: the agent's "${text}" was accepted and is not in the outbox`);
  }
  for (const row of ofAgents) {
    const { text, state, has_file: hasFile } = row;
    if (!['sent', 'needs_review'].includes(state)) found.push(`I11: the agent's "${text}" ended as ${state}`);
    const [came] = byPlace.get(placeOf(row)) ?? [];
    if (came !== undefined && came.files !== Number(hasFile)) {
      found.push(`I9: "${text}" came with ${came.files} files instead of ${Number(hasFile)}`);
    }
  }
}

/** I8, I9, I11: what was taken back is gone, and nothing else is. */
function takenBack({ simulator }: XWorld, rows: readonly DeliveryRow[], amends: Amends, found: string[]): void {
  const removed = new Set(simulator.log.removed.map((id) => messageKeyOf({ kind: 'post', id })));
  const deletes = rows.filter(({ action }) => action === 'delete');
  for (const { target, state, text } of deletes) {
    if (state === 'sent' && !removed.has(target ?? '')) found.push(`I9: ${target} "${text}" still stands`);
  }
  const wanted = new Set(deletes.map(({ target }) => target));
  for (const id of removed) if (!wanted.has(id)) found.push(`I2: ${id} was taken back and nobody asked for it`);
  const known = new Set(rows.map(({ id }) => id));
  for (const [id, { action, accepted }] of amends) {
    if (accepted && !known.has(id))
      found.push(`I11: the agent's ${action} ${id} was accepted and is not in the outbox`);
  }
}
