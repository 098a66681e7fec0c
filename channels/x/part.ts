import { z } from 'zod';
import type { RenderedPart } from '../../src/core/model/outbound.ts';

/** What X takes as files. */
export const FILE_KINDS = ['photo', 'animation', 'video'] as const;

const file = z.object({
  kind: z.enum(FILE_KINDS),
  blobId: z.string(),
  mime: z.string().nullable(),
  sizeBytes: z.number(),
});

/** One file of ours on its way to X. */
export type OutgoingFile = Readonly<z.infer<typeof file>>;

const part = z.object({
  text: z.string(),
  file: file.optional(),
  invites: z.literal(true).optional(),
});

/** One post or direct message. Where it goes the thread says. */
export interface XPart {
  /** What is seen; empty below a file without words. */
  text: string;
  file?: OutgoingFile;
  /** In public: X shows a button below it that leads to a direct message to us. */
  invites?: true;
}

/** Reads back what `render` made. @throws {TypeError} when the part is not one of ours. */
export function readPart(rendered: RenderedPart): XPart {
  const read = part.safeParse(rendered);
  if (!read.success) throw new TypeError('the part was not rendered by the X channel');
  const { text, file: given, invites } = read.data;
  return { text, ...(given === undefined ? {} : { file: given }), ...(invites === undefined ? {} : { invites }) };
}

/** Bytes that sending the part uploads; 0 where it is no part of ours. */
export function uploadBytes(rendered: RenderedPart): number {
  const read = z.object({ sizeBytes: z.number() }).safeParse(rendered['file']);
  return read.success ? read.data.sizeBytes : 0;
}
