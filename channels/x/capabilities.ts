import type { Capabilities } from '../../src/core/capabilities.ts';
import { DIRECT_MESSAGE_LENGTH, POST_WEIGHT } from './text/split.ts';

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

/** What X lets an account do by its API v2, in the narrower of its places: a post. A direct message holds 10,000 characters. */
export const xCapabilities = {
  text: {
    maxLength: POST_WEIGHT,
    unit: 'weighted',
    // Posts and messages are plain; links are found by X itself.
    formatting: [],
    inPrivate: { maxLength: DIRECT_MESSAGE_LENGTH, unit: 'utf16' },
  },
  media: {
    // Pictures and animations as docs.x.com "Media best practices" has them; videos may have 512 MB there, which nobody waits for.
    maxBytes: { photo: 5 * MIB, animation: 15 * MIB, video: 64 * MIB },
    photo: null,
    captionLength: POST_WEIGHT,
    maxFiles: 1,
  },
  buttons: null,
  // Editing is for premium accounts in X's own apps; the API has none.
  editWindowMs: 0,
  deleteWindowMs: null,
  // A direct message can be deleted for ourselves alone.
  deleteWindowInPrivateMs: 0,
  reactions: 'none',
  typing: false,
  replies: true,
  threads: false,
  // There is no key for repeats; of the same post again X says that it has it (`errors.ts`).
  idempotentSend: false,
  reconcile: true,
  // An unasked message is what impostors do.
  startsConversations: false,
  // `GET /2/dm_events` goes back this far.
  keepsUndeliveredMs: 30 * DAY_MS,
} as const satisfies Capabilities;
