import { IngestRefused } from '../../../src/core/errors.ts';
import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import { MailUnreadable } from '../errors.ts';
import type { Bookmark, MailIntake, ReceivedMail } from './received-mail.ts';

/** Handed over this often, a mail that cannot be read is parked by whoever takes it. */
const MAX_ATTEMPTS = 3;
const LONGEST_RETRY_MS = 60_000;

/**
 * Hands one mail over until it is taken; never lets it fall.
 * @returns false when aborted before that
 */
export async function handOver(
  mail: ReceivedMail,
  next: Bookmark,
  options: {
    take: MailIntake['take'];
    log: Log;
    firstRetryMs: number;
    onState: (state: ConnectionState) => void;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const backoff = createBackoff({ firstMs: options.firstRetryMs, maxMs: LONGEST_RETRY_MS });
  let attempt = 1;
  while (!signal.aborted) {
    try {
      await options.take({ ...mail, attempt }, next);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const isUnreadable = error instanceof MailUnreadable;
      const waitMs = error instanceof IngestRefused ? error.retryAfterMs : backoff.nextMs();
      const name = error instanceof Error ? error.name : typeof error;
      options.log.warn({ uid: mail.uid, attempt, error: name, waitMs }, 'mail not taken');
      options.onState({
        state: 'retrying',
        code: isUnreadable ? 'mail_unreadable' : 'ingest_refused',
        message: isUnreadable
          ? 'A mail cannot be read; it is tried again, then parked'
          : 'The gateway cannot store mail now; the mail server keeps it',
        mend: isUnreadable
          ? 'Nothing: after the third try the mail is parked and the ones behind it come.'
          : 'Look at the store: parley doctor says what is wrong with it.',
      });
      if (isUnreadable) attempt = Math.min(attempt + 1, MAX_ATTEMPTS);
      await pause(waitMs, signal);
    }
  }
  return false;
}
