import type pg from 'pg';
import type { Written } from './correspondence.ts';
import { CUSTOMERS, type MailProvider, type Received } from './provider.ts';

type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

export interface MailVerdict {
  found: string[];
  /** Answers that lie twice in a mailbox, each with one Message-ID. */
  twice: number;
  /** Answers a person has to decide on. */
  review: number;
  letters: number;
  threads: number;
}

interface InboundRow {
  id: string;
  mid: string;
  thread_id: string;
  state: string;
  seq: string;
  text: string;
}

interface OutboundRow {
  id: string;
  text: string;
  state: string;
  ambiguous: number;
  external_id: string | null;
  thread_id: string;
  cause: string | null;
}

/** Checks in SQL and in the mailboxes that every letter was stored once and answered as it may be. */
export async function judgeMail(
  query: Query,
  provider: MailProvider,
  written: ReadonlyMap<string, Written>,
): Promise<MailVerdict> {
  const found: string[] = [];
  const inbound = await query<InboundRow>(`
    SELECT m.id, '<' || substr(split_part(x.external_id, '#', 1), 5) || '>' AS mid, m.thread_id, m.state, m.seq, m.text FROM message m
    JOIN message_external x ON x.message_id = m.id WHERE m.kind = 'inbound' ORDER BY m.thread_id, m.seq`);
  const outbound = await query<OutboundRow>(`
    SELECT d.id, d.part->>'text' AS text, d.state, d.ambiguous, d.external_id, d.thread_id, m.cause_id AS cause
    FROM delivery d JOIN message m ON m.id = d.message_id ORDER BY d.thread_id, d.out_seq`);
  const byMid = new Map<string, InboundRow[]>();
  for (const row of inbound) byMid.set(row.mid, [...(byMid.get(row.mid) ?? []), row]);

  for (const [mid, { text, root }] of written) {
    const rows = byMid.get(mid) ?? [];
    if (rows.length !== 1) found.push(`I1/I2: ${mid} "${text}" is stored ${rows.length} times`);
    const [row] = rows;
    if (row === undefined) continue;
    if (row.text !== text) found.push(`I2: ${mid} says "${row.text}" instead of "${text}"`);
    if (row.state !== 'answered') found.push(`I4: ${mid} "${text}" ended as ${row.state}`);
    const first = byMid.get(root)?.[0];
    if (first !== undefined && first.thread_id !== row.thread_id)
      found.push(`threading: ${mid} answers a letter of ${root} and is not in its thread`);
  }
  for (const mid of byMid.keys()) if (!written.has(mid)) found.push(`I2: nobody wrote ${mid}`);
  const roots = new Set([...written.values()].map(({ root }) => root));
  const threads = new Set(inbound.map((row) => row.thread_id));
  if (threads.size !== roots.size) found.push(`threading: ${roots.size} letters began ${threads.size} threads`);
  for (const row of outbound) {
    if (!['sent', 'needs_review'].includes(row.state)) found.push(`I5: ${row.text} ended as ${row.state}`);
  }

  const boxes = new Map<string, Received[]>();
  for (const address of CUSTOMERS) boxes.set(address, await provider.inbox(address));
  let twice = 0;
  const review = outbound.filter(({ state }) => state === 'needs_review').length;
  for (const [mid, { from, text }] of written) {
    const [row] = byMid.get(mid) ?? [];
    const answer = outbound.find((one) => one.cause === row?.id);
    const wanted = `echo ${text}`;
    const copies = (boxes.get(from) ?? []).filter((one) => one.text.split('\n')[0] === wanted);
    if (copies.length === 0 && answer?.state !== 'needs_review')
      found.push(`I9: "${text}" was answered (${answer?.state}) and nothing came`);
    if (copies.length > 2) found.push(`I7: "${wanted}" came ${copies.length} times`);
    if (new Set(copies.map(({ messageId }) => messageId)).size > 1)
      found.push(`I7: copies of "${wanted}" have several Message-IDs`);
    if (copies.some(({ inReplyTo }) => inReplyTo !== mid)) found.push(`"${wanted}" does not answer ${mid}`);
    if (copies.length === 2) {
      twice += 1;
      if ((answer?.ambiguous ?? 0) < 1) found.push(`I7: "${wanted}" came twice and no send of it was in doubt`);
    }
  }
  return { found, twice, review, letters: written.size, threads: threads.size };
}
