import { madeAtMs, messageOfKey } from '../../../channels/x/ids.ts';
import { type Deeds, EDITED, headOf, type Said } from './said.ts';
import type { XWorld } from './x-world.ts';

interface MessageRow {
  external_id: string;
  address: string;
  thread_id: string;
  text: string;
  files: string;
  files_stored: string;
}

/** What came from the customers, in figures. */
export interface Incoming {
  found: string[];
  messages: number;
  inPublic: number;
  edits: number;
  /** Messages that came behind later ones: X lost them on their way, and asking found them. */
  late: number;
}

/** What the customers wrote and is not stored yet, or not with its last words. */
export async function missing(world: XWorld, deeds: Deeds): Promise<string[]> {
  const rows = await world.query<{ external_id: string; text: string }>(
    `SELECT x.external_id, m.text FROM message_external x JOIN message m ON m.id = x.message_id WHERE m.kind = 'inbound'`,
  );
  const there = new Map(rows.map(({ external_id, text }) => [external_id, text]));
  return [...deeds].filter(([id, { edited }]) => there.get(id)?.endsWith(EDITED) !== edited).map(([id]) => id);
}

/** I1, I2, I3: everything is stored once, in order, where it belongs, with its last words and its files, and nothing else is. */
export async function judgeIncoming(world: XWorld, deeds: Deeds): Promise<Incoming> {
  const found: string[] = [];
  const rows = await world.query<MessageRow>(`
    SELECT x.external_id, t.address, m.thread_id, m.text,
      (SELECT count(*) FROM attachment a WHERE a.message_id = m.id) AS files,
      (SELECT count(*) FROM attachment a WHERE a.message_id = m.id AND a.state = 'stored') AS files_stored
    FROM message m JOIN message_external x ON x.message_id = m.id JOIN thread t ON t.id = m.thread_id
    WHERE m.kind = 'inbound' ORDER BY m.thread_id, m.seq`);
  const byId = new Map<string, MessageRow>();
  for (const row of rows) {
    if (byId.has(row.external_id)) found.push(`I2: ${row.external_id} is stored more than once`);
    if (!deeds.has(row.external_id)) found.push(`I2: nobody wrote ${row.external_id} "${row.text}"`);
    byId.set(row.external_id, row);
  }
  for (const [id, said] of deeds) judgeSaid(id, said, byId.get(id), found);
  const waiting = await world.query<{ id: string; kind: string }>(
    `SELECT target_external_id AS id, kind FROM inbound_event WHERE state = 'waiting'`,
  );
  for (const { id, kind } of waiting) found.push(`I3: the ${kind} of ${id} waits for ever`);
  const all = [...deeds.values()];
  return {
    found,
    messages: all.length,
    inPublic: all.filter(({ address }) => address.startsWith('post:')).length,
    edits: all.filter(({ edited }) => edited).length,
    late: inOrder(world, rows, found),
  };
}

function judgeSaid(id: string, said: Said, row: MessageRow | undefined, found: string[]): void {
  const { head, address, files, edited } = said;
  if (row === undefined) {
    found.push(`I1: ${id} "${head}" is not stored`);
    return;
  }
  if (row.address !== address) found.push(`I3: "${head}" is in ${row.address} instead of ${address}`);
  if (headOf(row.text) !== head) found.push(`I3: ${id} says "${row.text}" instead of "${head}"`);
  if (row.text.endsWith(EDITED) !== edited) found.push(`I3: "${head}" says "${row.text}", edited: ${edited}`);
  if (Number(row.files) !== files || row.files_stored !== row.files) {
    found.push(`I5: "${head}" has ${row.files} files, ${row.files_stored} of them stored, instead of ${files}`);
  }
}

/**
 * I3: messages of a thread are stored in the order in which they were written, as far as X brought them so. Whoever asks gets them in
 * order. By a webhook X waits for our word before it brings the next one of the same person: what we took before something was
 * written stands before it. On a stream what was lost is read as a gap: two orders in each other, that of what was brought and that of
 * what was read, and never a third. Answers how many came late.
 */
function inOrder({ mode, simulator }: XWorld, rows: readonly MessageRow[], found: string[]): number {
  const ackedAtMs = new Map<string, number>();
  for (const { subject, ackedAtMs: atMs } of simulator.log.events) {
    if (subject !== null && atMs !== null && !ackedAtMs.has(subject)) ackedAtMs.set(subject, atMs);
  }
  const newest = new Map<string, bigint>();
  const newestLate = new Map<string, bigint>();
  let late = 0;
  for (const { thread_id: thread, external_id: key, text } of rows) {
    const id = messageOfKey(key)?.id ?? '0';
    const at = BigInt(id);
    const before = newest.get(thread) ?? 0n;
    if (at > before) {
      newest.set(thread, at);
      continue;
    }
    late += 1;
    if (mode === 'polling') found.push(`I3: "${text}" is stored after a later one`);
    if (mode === 'webhook' && (ackedAtMs.get(key) ?? Number.POSITIVE_INFINITY) < (madeAtMs(String(before)) ?? 0)) {
      found.push(`I3: "${text}" was taken before a later one was written, and is stored after it`);
    }
    if (mode === 'stream' && at < (newestLate.get(thread) ?? 0n)) {
      found.push(`I3: "${text}" is stored after what was late as well and later written`);
    }
    newestLate.set(thread, at);
  }
  return late;
}
