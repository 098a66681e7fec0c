import { linked } from '../../src/core/linked-signal.ts';
import type { Log } from '../../src/core/ports/log.ts';
import type { EmailConfig } from './config.ts';
import type { Credentials } from './transport/credentials.ts';
import type { ImapTimes } from './transport/imap-link.ts';
import { createSentFolder } from './transport/imap-sent.ts';
import type { RawMail } from './transport/outgoing-mail.ts';

/** Copies that wait at most; what is more is left out, since the store has all of it. */
const MOST_WAITING = 100;
/** A copy is for people who look into the mailbox with another program; a large one is not worth the memory, bytes. */
const LARGEST = 30_000_000;
const LONGEST_MS = 60_000;

/** Files copies of what was sent where the mailbox keeps them. Best effort: the store is what remembers. */
export interface SentCopies {
  /** @param messageId without brackets */
  file(this: void, raw: RawMail, messageId: string): void;
  close(): void;
}

export function createSentCopies(parts: {
  config: EmailConfig;
  credentials: Credentials;
  log: Log;
  times?: Partial<ImapTimes> | undefined;
}): SentCopies {
  const { config, credentials, log } = parts;
  const folder = createSentFolder({
    config: config.imap,
    credentials,
    log,
    sentFolder: config.smtp.sentFolder,
    ...(parts.times === undefined ? {} : { times: parts.times }),
  });
  const closing = new AbortController();
  let waiting = 0;

  async function copy(raw: RawMail, messageId: string): Promise<void> {
    const attempt = linked(closing.signal, LONGEST_MS);
    try {
      await folder.appendToSent(raw, `<${messageId}>`, attempt.signal);
    } finally {
      attempt.release();
    }
  }

  return {
    file(raw, messageId) {
      const sizeBytes = Buffer.isBuffer(raw) ? raw.length : raw.sizeBytes;
      if (config.smtp.sentFolder === 'none' || closing.signal.aborted) return;
      if (waiting >= MOST_WAITING || sizeBytes > LARGEST) {
        log.debug({ messageId, sizeBytes }, 'no copy of a sent mail is filed: it is too large, or too many wait');
        return;
      }
      waiting += 1;
      copy(raw, messageId)
        .catch((error: unknown) => {
          if (closing.signal.aborted) return;
          log.warn(
            { messageId, error: error instanceof Error ? error.name : typeof error },
            'the copy of a sent mail was not filed',
          );
        })
        .finally(() => {
          waiting -= 1;
        });
    },
    close() {
      closing.abort();
      folder.close();
    },
  };
}
