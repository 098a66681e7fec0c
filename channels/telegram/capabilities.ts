import type { Capabilities } from '../../src/core/capabilities.ts';
import { REACTION_EMOJI } from './reaction-emoji.ts';

const MEGABYTE = 1_000_000;

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
  media: {
    maxBytes: {
      photo: 10 * MEGABYTE,
      video: 50 * MEGABYTE,
      animation: 50 * MEGABYTE,
      audio: 50 * MEGABYTE,
      voice: 50 * MEGABYTE,
      document: 50 * MEGABYTE,
    },
    photo: { maxSidesSum: 10_000, maxRatio: 20 },
    captionLength: 1024,
    maxFiles: 10,
  },
  buttons: { maxDataBytes: 64, maxLabelLength: 64, maxRows: 10, maxPerRow: 8 },
  editWindowMs: null,
  deleteWindowMs: 48 * 3_600_000,
  reactions: 'one',
  reactionEmoji: REACTION_EMOJI,
  typing: true,
  replies: true,
  threads: true,
  // The Bot API has no idempotency key and bots cannot read history: an unknown send stays unknown.
  idempotentSend: false,
  reconcile: false,
  startsConversations: false,
  // Updates are kept 24 h (tdlib/telegram-bot-api, Client.cpp, add_message_update), then they are gone.
  keepsUndeliveredMs: 24 * 3_600_000,
} as const satisfies Capabilities;

/** Entities the platform takes on one message; it ignores the rest. */
export const MAX_ENTITIES = 100;
