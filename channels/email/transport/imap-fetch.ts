import { z } from 'zod';
import type { ImapLink } from './imap-link.ts';
import { UnexpectedAnswer } from './imap-trouble.ts';
import type { ReceivedMail } from './received-mail.ts';

/** What is known of a mail before it is fetched. */
export interface MailSummary {
  uid: number;
  internalDateMs: number;
  sizeBytes: number;
}

/** Most of a header block that is fetched of a mail that is too large. */
const HEAD_BYTES = 262_144;
/** A mail may take so long, and longer by its size. */
const FETCH_MS = 30_000;
/** The slowest line a mail is waited for. */
const BYTES_PER_MS = 20;
/** An exact summary of so many at once. */
const SUMMARY_BATCH = 200;
const answerShape = z.object({ responseStatus: z.enum(['NO', 'BAD']).optional(), code: z.string().optional() });

/** UIDs in the open folder from one on, ascending. `n:*` always names the last mail too, even below n (RFC 3501, 6.4.8). */
export async function uidsFrom(link: ImapLink, first: number, last?: number): Promise<number[]> {
  const uids = await search(link, { uid: `${first}:${last ?? '*'}` });
  return uids.filter((uid) => uid >= first && (last === undefined || uid <= last));
}

/** UIDs of mails that came on this day or later, ascending. */
export function uidsSince(link: ImapLink, sinceMs: number): Promise<number[]> {
  return search(link, { since: new Date(sinceMs) });
}

async function search(link: ImapLink, query: { uid: string } | { since: Date }): Promise<number[]> {
  const found = await link.run((client) => client.search(query, { uid: true }));
  // The library answers false where the server said no; as an empty folder it would lose mail.
  if (!Array.isArray(found)) throw new UnexpectedAnswer('the server refused a SEARCH');
  return found.toSorted((a, b) => a - b);
}

/** Summaries of mails by UID; those that are gone meanwhile are missing. */
export async function summariesOf(link: ImapLink, uids: readonly number[]): Promise<Map<number, MailSummary>> {
  const found = new Map<number, MailSummary>();
  for (let at = 0; at < uids.length; at += SUMMARY_BATCH) {
    const range = uids.slice(at, at + SUMMARY_BATCH).join(',');
    const query = { uid: true, internalDate: true, size: true };
    for (const mail of await link.run((client) => client.fetchAll(range, query, { uid: true }))) {
      found.set(mail.uid, {
        uid: mail.uid,
        internalDateMs: timeOf(mail.internalDate),
        sizeBytes: mail.size ?? 0,
      });
    }
  }
  return found;
}

/**
 * Fetches a mail as it is, without marking it as read; of one that is too large the header block alone.
 * @returns null when it is gone
 */
export async function fetchMail(
  link: ImapLink,
  summary: MailSummary,
  place: { folder: string; uidValidity: string; maxMailBytes: number },
): Promise<ReceivedMail | null> {
  const { folder, uidValidity, maxMailBytes } = place;
  const mail = { folder, uidValidity, ...summary, attempt: 1 };
  if (summary.sizeBytes > maxMailBytes) {
    const start = await fetchSource(link, summary.uid, HEAD_BYTES);
    return start === null ? null : { ...mail, raw: null, head: headOf(start) };
  }
  const raw = await fetchSource(link, summary.uid, null, summary.sizeBytes / BYTES_PER_MS);
  if (raw === null) return null;
  if (raw.byteLength <= maxMailBytes) return { ...mail, sizeBytes: raw.byteLength, raw, head: null };
  return { ...mail, sizeBytes: raw.byteLength, raw: null, head: headOf(raw.subarray(0, HEAD_BYTES)) };
}

/** Whether a command failed by what the server answered, and not by the connection. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof UnexpectedAnswer) return true;
  const failure = answerShape.safeParse(error).data;
  return failure?.responseStatus !== undefined || failure?.code === 'ResponseProcessingFailed';
}

async function fetchSource(link: ImapLink, uid: number, maxLength: number | null, extraMs = 0): Promise<Buffer | null> {
  const source = maxLength === null ? true : { start: 0, maxLength };
  const ms = FETCH_MS + Math.ceil(extraMs);
  const mail = await link.run((client) => client.fetchOne(String(uid), { uid: true, source }, { uid: true }), ms);
  if (mail === false || mail === undefined) return null;
  // A broken mail on the server comes as NIL; it must not pass for one that somebody took away.
  if (!Buffer.isBuffer(mail.source)) throw new UnexpectedAnswer('the server gives no content of a mail');
  return mail.source;
}

function headOf(start: Buffer): Buffer {
  const text = start.toString('latin1');
  const gap = /\r?\n\r?\n/u.exec(text);
  return gap === null ? start : start.subarray(0, gap.index + gap[0].length);
}

function timeOf(date: Date | string | undefined): number {
  const ms = date instanceof Date ? date.getTime() : Date.parse(date ?? '');
  // A server that gives none at all: the mail counts as old as can be, never as of the future.
  return Number.isNaN(ms) ? 0 : ms;
}
