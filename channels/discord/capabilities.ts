import type { Capabilities } from '../../src/core/capabilities.ts';

/** Largest file a bot may send where no boost raises it (discord.com/developers/docs/reference#uploading-files). */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** What Discord lets a bot do (REST API v10). */
export const discordCapabilities = {
  text: {
    // Of the Markdown as it goes out. Discord counts code points; units are never fewer.
    maxLength: 2000,
    unit: 'utf16',
    formatting: [
      'strong',
      'emphasis',
      'underline',
      'strikethrough',
      'spoiler',
      'inlineCode',
      'codeBlock',
      'link',
      'blockquote',
      'mention',
      'customEmoji',
    ],
  },
  media: {
    maxBytes: {
      photo: MAX_FILE_BYTES,
      video: MAX_FILE_BYTES,
      animation: MAX_FILE_BYTES,
      audio: MAX_FILE_BYTES,
      document: MAX_FILE_BYTES,
    },
    photo: null,
    captionLength: 2000,
    maxFiles: 10,
  },
  // A custom_id has 100 characters; five of them say where the button stands (`part.ts`). A row of more than five is a list to choose from.
  buttons: { maxDataBytes: 95, maxLabelLength: 80, maxRows: 5, maxPerRow: 25 },
  editWindowMs: null,
  deleteWindowMs: null,
  reactions: 'many',
  typing: true,
  replies: true,
  threads: true,
  // `nonce` with `enforce_nonce`, for some minutes; after that our own last messages say whether it arrived.
  idempotentSend: true,
  reconcile: true,
  // An unasked direct message is what impostors do.
  startsConversations: false,
} as const satisfies Capabilities;

/** Bytes of one request with all its files. */
export const MAX_REQUEST_BYTES = 25 * 1024 * 1024;
