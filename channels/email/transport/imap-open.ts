import type { Clock } from '../../../src/core/ports/clock.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import type { ImapConfig } from '../config.ts';
import { uidsFrom, uidsSince } from './imap-fetch.ts';
import type { ImapLink } from './imap-link.ts';
import { FolderMissing, UnexpectedAnswer } from './imap-trouble.ts';
import type { Bookmark, MailIntake } from './received-mail.ts';

const DAY_MS = 86_400_000;

/**
 * Opens a folder and finds where to go on: at the bookmark; at the first start where `sinceDays` says; after the server renumbered
 * the folder `rescanDays` back, where what was stored before is known again by its contents.
 * @throws {FolderMissing}
 */
export async function openFolder(
  link: ImapLink,
  options: {
    folder: string;
    config: Pick<ImapConfig, 'sinceDays' | 'rescanDays'>;
    clock: Pick<Clock, 'nowMs'>;
    log: Log;
    bookmarks: MailIntake['bookmarks'];
  },
): Promise<Bookmark> {
  const { folder, config, clock, log, bookmarks } = options;
  const { uidValidity, uidNext } = await select(link, folder);
  const known = await bookmarks.read(folder);
  if (known !== null && known.uidValidity === uidValidity) return known;

  // One day more: the server counts days by a clock and a zone of its own.
  const since = async (days: number): Promise<number | undefined> =>
    (await uidsSince(link, clock.nowMs() - (days + 1) * DAY_MS))[0];
  const first =
    known === null && config.sinceDays === 0
      ? undefined
      : await since(known === null ? config.sinceDays : config.rescanDays);
  const lastUid = first === undefined ? await greatestUid(link, uidNext) : first - 1;
  // Written before anything is taken: what comes while we are away then lies above it.
  const bookmark: Bookmark = { uidValidity, lastUid, firstUid: lastUid };
  await bookmarks.write(folder, bookmark);
  log.info({ lastUid, renumbered: known !== null }, 'mail folder begun');
  return bookmark;
}

async function select(link: ImapLink, folder: string): Promise<{ uidValidity: string; uidNext: number | undefined }> {
  try {
    const mailbox = await link.run((client) => client.mailboxOpen(folder));
    if (typeof mailbox.uidValidity !== 'bigint') throw new UnexpectedAnswer('the server gave no UIDVALIDITY');
    return { uidValidity: String(mailbox.uidValidity), uidNext: mailbox.uidNext };
  } catch (error) {
    if (!link.open) throw error;
    const there = (await link.run((client) => client.list())).map(({ path }) => path);
    if (there.includes(folder)) throw error;
    throw new FolderMissing(folder, there);
  }
}

/** The greatest UID given so far; servers that do not tell the next one are asked for the last mail. */
async function greatestUid(link: ImapLink, uidNext: number | undefined): Promise<number> {
  if (uidNext !== undefined && uidNext > 0) return uidNext - 1;
  return (await uidsFrom(link, 1)).at(-1) ?? 0;
}
