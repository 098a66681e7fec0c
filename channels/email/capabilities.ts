import type { Capabilities } from '../../src/core/capabilities.ts';

const MEGABYTE = 1_000_000;
/** What most servers take at most is 25 MB encoded; base64 adds 37 % (RFC 2045, 6.8). */
const LARGEST_FILE = 18 * MEGABYTE;

/** What mail can do (RFC 5321, 5322, 2045 to 2049). */
export const emailCapabilities = {
  text: {
    maxLength: 100_000,
    unit: 'utf16',
    formatting: ['strong', 'emphasis', 'underline', 'strikethrough', 'inlineCode', 'codeBlock', 'link', 'blockquote'],
  },
  media: {
    maxBytes: { document: LARGEST_FILE, photo: LARGEST_FILE },
    photo: null,
    captionLength: 100_000,
    maxFiles: 10,
  },
  buttons: null,
  editWindowMs: 0,
  deleteWindowMs: 0,
  reactions: 'none',
  typing: false,
  replies: true,
  threads: true,
  idempotentSend: false,
  reconcile: false,
  startsConversations: true,
  letters: true,
  // The same Message-ID on every attempt: most mailboxes show the two as one.
  repeatsUnknownOnce: true,
  // 1 s, 2 s … an hour, and then every hour: five days (RFC 5321, 4.5.4.1), after which a person is told.
  patience: { maxPauseMs: 3_600_000, maxAttempts: 12 + 5 * 24 },
  reopenWindowMs: 30 * 86_400_000,
} as const satisfies Capabilities;
