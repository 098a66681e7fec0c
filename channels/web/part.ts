import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../src/core/model/attachment.ts';

const file = z.object({
  kind: z.enum(ATTACHMENT_KINDS),
  blobId: z.string(),
  name: z.string().nullable(),
  mime: z.string().nullable(),
  sizeBytes: z.number(),
});
/** A file below a message. */
export type ShownFile = z.infer<typeof file>;

const button = z.union([
  z.object({ label: z.string(), data: z.string() }),
  z.object({ label: z.string(), url: z.string() }),
]);

const partSchema = z.object({
  text: z.string(),
  files: z.array(file).optional(),
  buttons: z.array(z.array(button)).optional(),
});
/** One message of ours as it is shown. */
export type WebPart = z.infer<typeof partSchema>;

/** Reads back what `render` made; null where it is none of ours. */
export function readPart(part: unknown): WebPart | null {
  const read = partSchema.safeParse(part);
  return read.success ? read.data : null;
}

/** Bytes of the files of a part; 0 where it is none of ours. */
export function fileBytes(part: unknown): number {
  return (readPart(part)?.files ?? []).reduce((sum, one) => sum + one.sizeBytes, 0);
}

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ours'), ...partSchema.shape }),
  z.object({ kind: z.literal('theirs'), id: z.string(), ...partSchema.omit({ buttons: true }).shape }),
  z.object({ kind: z.literal('edit'), target: z.number(), text: z.string() }),
  z.object({ kind: z.literal('delete'), target: z.number() }),
]);
/** What is kept of one entry. `target`: position of the entry that is changed. */
export type EntryContent = z.infer<typeof entrySchema>;

/** Reads an entry; null for what a newer version of us wrote. */
export function readEntry(payload: unknown): EntryContent | null {
  const read = entrySchema.safeParse(payload);
  return read.success ? read.data : null;
}
