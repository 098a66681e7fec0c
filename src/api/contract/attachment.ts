import { z } from 'zod';
import { ATTACHMENT_KINDS, ATTACHMENT_ROLES, ATTACHMENT_STATES } from '../../core/model/attachment.ts';
import { letterFacts } from './letter.ts';
import { isText, NO_TEXT, rowId } from './shared-shapes.ts';

/** A file of a message. Its bytes: `GET /api/v1/attachments/{id}`; pixels, bytes and ms. */
export const attachment = z
  .object({
    id: rowId,
    kind: z.enum(ATTACHMENT_KINDS),
    fileName: z.string().nullable(),
    mime: z.string().nullable(),
    sizeBytes: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    durationMs: z.int().nullable(),
    state: z.enum(ATTACHMENT_STATES),
    /** Why it is not `stored`: `too_large`, `blocked`, `flood`, `expired` and the like. */
    reason: z.string().nullable(),
    /** `GET /api/v1/attachments/{id}/preview`, made by us. */
    preview: z.object({ width: z.int(), height: z.int() }).nullable(),
    /** Of letters: `inline` stands in the formatted text, `html` is that text, `original` the whole as it came. */
    role: z.enum(ATTACHMENT_ROLES),
    /** By what the formatted text names it. */
    contentId: z.string().nullable(),
    /** Words under this file alone; of albums with several. */
    caption: z.string().nullable(),
  })
  .meta({ id: 'Attachment' });

/** `id` is made by the client, so that the same upload sent again is there once. `name`: as the file is called. */
export const uploadQuery = z.strictObject({ id: rowId, name: z.string().min(1).max(1_000).refine(isText, NO_TEXT) });
/** The agent's uploads that wait to be sent, oldest first. */
export const uploadList = z.object({ uploads: z.array(attachment) }).meta({ id: 'UploadList' });

const place = { latitude: z.number(), longitude: z.number() };

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('location'), ...place, accuracyM: z.number().optional(), live: z.boolean().optional() }),
  z.object({ type: z.literal('venue'), ...place, title: z.string(), address: z.string() }),
  z.object({ type: z.literal('contact'), name: z.string(), phone: z.string() }),
  z.object({ type: z.literal('poll'), question: z.string(), options: z.array(z.string()) }),
  z.object({ type: z.literal('pollAnswer'), options: z.array(z.int()) }),
  z.object({ type: z.literal('dice'), emoji: z.string(), value: z.int() }),
  z.object({ type: z.literal('button'), label: z.string(), data: z.string().nullable() }),
  z.object({ type: z.literal('unsupported'), kind: z.string() }),
]);

/** What a message carries besides text and files. */
export const extras = z
  .object({
    /** The text is ours and says what was sent; nobody wrote it. */
    standIn: z.enum(['file', 'gesture', 'sealed', 'thing']).optional(),
    /** The customer came here from a public place by our button. */
    arrives: z.literal(true).optional(),
    content: content.optional(),
    forwardedFrom: z
      .object({
        kind: z.enum(['person', 'hidden', 'group', 'channel']),
        name: z.string(),
        atMs: z.number().nullable(),
      })
      .optional(),
    quote: z.object({ text: z.string(), author: z.string().nullable() }).optional(),
    letter: letterFacts.optional(),
    buttons: z
      .array(
        z.array(
          z.union([
            z.object({ label: z.string(), data: z.string() }),
            z.object({ label: z.string(), url: z.string() }),
          ]),
        ),
      )
      .optional(),
  })
  .meta({ id: 'MessageExtras' });
