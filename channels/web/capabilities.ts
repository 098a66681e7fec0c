import type { Capabilities } from '../../src/core/capabilities.ts';

const MEGABYTE = 1_000_000;

/** Largest file a visitor may send, bytes. */
export const MAX_UPLOAD_BYTES = 10 * MEGABYTE;

/** What the chat page shows and does. The platform is us, so every limit is one we chose. */
export const webCapabilities = {
  text: { maxLength: 4_000, unit: 'utf16', formatting: [] },
  media: {
    maxBytes: { photo: 10 * MEGABYTE, document: 25 * MEGABYTE },
    photo: null,
    captionLength: 4_000,
    maxFiles: 10,
  },
  buttons: { maxDataBytes: 64, maxLabelLength: 64, maxRows: 10, maxPerRow: 4 },
  editWindowMs: null,
  deleteWindowMs: null,
  reactions: 'none',
  typing: true,
  replies: false,
  threads: false,
  // What is shown is kept in our own store, once per key.
  idempotentSend: true,
  reconcile: false,
  startsConversations: false,
} as const satisfies Capabilities;
