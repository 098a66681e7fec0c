import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../core/model/attachment.ts';
import { shortName } from './shared-shapes.ts';

/** What a channel can do, as far as whoever writes there needs to know. Sizes in bytes, pixels and ms. */
const capabilities = z
  .object({
    text: z.object({
      /** Of one part; longer text goes out as several. */
      maxLength: z.int(),
      unit: z.enum(['utf16', 'codepoint', 'weighted']),
      formatting: z.array(z.string()).readonly(),
      /** Where only the customer reads it, if that differs. */
      inPrivate: z.object({ maxLength: z.int(), unit: z.enum(['utf16', 'codepoint', 'weighted']) }).optional(),
    }),
    /** Null: no files. */
    media: z
      .object({
        /** Largest file of each kind; kinds that are left out go as documents, if these are there. */
        maxBytes: z.partialRecord(z.enum(ATTACHMENT_KINDS), z.int()),
        photo: z.object({ maxSidesSum: z.int(), maxRatio: z.number() }).nullable(),
        /** Longest text below a file; 0: text goes as a message of its own. */
        captionLength: z.int(),
        maxFiles: z.int(),
      })
      .nullable(),
    buttons: z
      .object({ maxDataBytes: z.int(), maxLabelLength: z.int(), maxRows: z.int(), maxPerRow: z.int() })
      .nullable(),
    /** After sending; 0: never, null: no limit. */
    editWindowMs: z.int().nullable(),
    deleteWindowMs: z.int().nullable(),
    /** The same where only the customer reads it, if that differs. */
    deleteWindowInPrivateMs: z.int().nullable().optional(),
    reactions: z.enum(['none', 'one', 'many']),
    /** The emoji that can be reactions; left out: any. */
    reactionEmoji: z.array(z.string()).readonly().optional(),
    replies: z.boolean(),
    typing: z.boolean(),
    /** What is written there is a letter: with a subject and several recipients. */
    letters: z.literal(true).optional(),
  })
  .meta({ id: 'Capabilities' });

export const channelList = z
  .object({ channels: z.array(z.object({ channel: shortName, capabilities }).meta({ id: 'Channel' })) })
  .meta({ id: 'ChannelList' });
