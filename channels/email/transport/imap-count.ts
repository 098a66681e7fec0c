import { type MailSummary, summariesOf, uidsFrom } from './imap-fetch.ts';
import type { ImapLink } from './imap-link.ts';
import type { Bookmark, MailIntake } from './received-mail.ts';

/** So many of the newest are compared; older ones were, often. */
const COMPARED = 5_000;

/**
 * Compares what the folder holds between where we began and the bookmark with what we hold.
 * @returns the mails we do not hold, oldest first
 */
export async function countMissing(
  link: ImapLink,
  bookmark: Bookmark,
  options: Pick<MailIntake, 'known'> & { folder: string },
): Promise<Map<number, MailSummary>> {
  const { lastUid, firstUid, uidValidity } = bookmark;
  if (lastUid <= (firstUid ?? 0)) return new Map();
  const there = (await uidsFrom(link, (firstUid ?? 0) + 1, lastUid)).slice(-COMPARED);
  if (there.length === 0) return new Map();
  const held = new Set(await options.known(options.folder, uidValidity, there));
  // Where the beginning is not known, what lies below the first one held was there before us.
  const from = firstUid === undefined ? (there.find((uid) => held.has(uid)) ?? Number.POSITIVE_INFINITY) : 0;
  return await summariesOf(
    link,
    there.filter((uid) => uid > from && !held.has(uid)),
  );
}
