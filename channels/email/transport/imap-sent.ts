import { createBackoff, pause } from '../../shared/backoff.ts';
import type { ImapConfig, SmtpConfig } from '../config.ts';
import { connectImap, IMAP_TIMES, type ImapLink, type ImapTimes, type LinkOptions } from './imap-link.ts';
import { FolderMissing } from './imap-trouble.ts';
import type { RawMail } from './outgoing-mail.ts';

/** The copies of what we sent, in the account's own mailbox. One thing at a time, over one connection kept for a while. */
export interface SentFolder {
  /**
   * Files a copy, unless one is there already. `left`: the account wants none, or has no such folder. A mail that is no buffer is
   * read when its turn has come, so that those who wait hold none of their bytes.
   * @param messageId of the mail, with brackets
   */
  appendToSent(raw: RawMail, messageId: string, signal: AbortSignal): Promise<'filed' | 'there' | 'left'>;
  close(): void;
}

export interface SentFolderOptions extends Omit<LinkOptions, 'times'> {
  sentFolder: SmtpConfig['sentFolder'];
  times?: Partial<ImapTimes> & Partial<SentTimes>;
}

interface SentTimes {
  /** How long a provider that files copies by itself is given to do so. */
  selfFilingMs: number;
  /** How long an unused connection is kept. */
  keepMs: number;
}

const SENT_TIMES: SentTimes = { selfFilingMs: 10_000, keepMs: 30_000 };
/** Providers that file what goes out over their SMTP by themselves: a copy of ours would be a second one. */
const SELF_FILING = /(?:^|\.)(?:gmail\.com|googlemail\.com|office365\.com|outlook\.com)$/iu;

export function createSentFolder(options: SentFolderOptions): SentFolder {
  const times = { ...IMAP_TIMES, ...SENT_TIMES, ...options.times };
  let link: ImapLink | null = null;
  let timer: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const close = (): void => {
    clearTimeout(timer);
    link?.end();
    link = null;
  };
  const linked = async (signal: AbortSignal): Promise<ImapLink> => {
    if (link?.open === true) return link;
    link?.end();
    // The signal ends what is under way, not a connection that others use after it.
    const connecting = new AbortController();
    const abort = (): void => connecting.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      link = await connectImap({ ...options, times }, connecting.signal);
      return link;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
  /** One at a time: a connection has one folder open. A connection that broke unnoticed is made anew once. */
  const inTurn = <T>(signal: AbortSignal, act: (link: ImapLink) => Promise<T>): Promise<T> => {
    const mine = queue.then(async () => {
      clearTimeout(timer);
      signal.throwIfAborted();
      const kept = link?.open === true;
      try {
        return await act(await linked(signal));
      } catch (error) {
        if (!kept || link?.open === true || signal.aborted) throw error;
        return await act(await linked(signal));
      } finally {
        timer = setTimeout(close, times.keepMs).unref();
      }
    });
    queue = mine.catch(() => undefined);
    return mine;
  };

  return {
    appendToSent: (raw, messageId, signal) =>
      inTurn(signal, async (link) => {
        const path = await sentPathOf(link, options.sentFolder);
        if (path === null) return 'left';
        if (await isThere(link, path, messageId)) return 'there';
        if (filesItself(options.config) && (await comesSoon(link, path, messageId, times.selfFilingMs, signal))) {
          return 'there';
        }
        const bytes = Buffer.isBuffer(raw) ? raw : await collected(raw.open());
        const done = await link.run(
          (client) => client.append(path, bytes, ['\\Seen']),
          times.answerMs + bytes.byteLength / 20,
        );
        if (done === false) throw new Error('the mail server refused the copy of a sent mail');
        return 'filed';
      }),
    close,
  };
}

/** Whether the provider puts a copy into Sent without us. */
export function filesItself(config: Pick<ImapConfig, 'host' | 'oauth'>): boolean {
  const provider = config.oauth?.provider;
  return provider === 'google' || provider === 'microsoft' || SELF_FILING.test(config.host);
}

async function comesSoon(
  link: ImapLink,
  path: string,
  messageId: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const backoff = createBackoff({ firstMs: Math.ceil(withinMs / 10), maxMs: withinMs });
  for (const endMs = performance.now() + withinMs; performance.now() < endMs && !signal.aborted; ) {
    await pause(Math.min(backoff.nextMs(), endMs - performance.now()), signal);
    if (await isThere(link, path, messageId)) return true;
  }
  return false;
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function sentPathOf(link: ImapLink, wish: SmtpConfig['sentFolder']): Promise<string | null> {
  if (wish === 'none') return null;
  if (wish !== 'auto') return wish;
  const folders = await link.run((client) => client.list());
  return folders.find(({ specialUse }) => specialUse === '\\Sent')?.path ?? null;
}

async function isThere(link: ImapLink, path: string, messageId: string): Promise<boolean> {
  try {
    // Anew: else the server may show the folder as it was. Not read only: imapflow then drops the flags of an APPEND.
    await link.run((client) => client.mailboxOpen(path));
  } catch (error) {
    if (!link.open) throw error;
    const there = (await link.run((client) => client.list())).map((folder) => folder.path);
    if (there.includes(path)) throw error;
    throw new FolderMissing(path, there);
  }
  const found = await link.run((client) => client.search({ header: { 'message-id': messageId } }, { uid: true }));
  return Array.isArray(found) && found.length > 0;
}
