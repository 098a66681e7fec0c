import type { Capabilities } from '../../src/core/capabilities.ts';

/** What the Bot API lets a bot do (core.telegram.org/bots/api, 10.x). */
export const telegramCapabilities = {
  text: {
    maxLength: 4096,
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
  editWindowMs: null,
  deleteWindowMs: 48 * 3_600_000,
  reactions: 'one',
  typing: true,
  replies: true,
  threads: true,
  // The Bot API has no idempotency key and bots cannot read history: an unknown send stays unknown.
  idempotentSend: false,
  reconcile: false,
  startsConversations: false,
} as const satisfies Capabilities;

/** Entities the platform takes on one message; it ignores the rest. */
export const MAX_ENTITIES = 100;
