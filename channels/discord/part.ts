import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../src/core/model/attachment.ts';
import type { Button } from '../../src/core/model/extras.ts';
import type { RenderedPart } from '../../src/core/model/outbound.ts';

const file = z.object({
  kind: z.enum(ATTACHMENT_KINDS),
  blobId: z.string(),
  fileName: z.string().nullable(),
  mime: z.string().nullable(),
  sizeBytes: z.number(),
});

/** One file of ours on its way to Discord. */
export type OutgoingFile = z.infer<typeof file>;

const part = z.object({
  text: z.string(),
  markdown: z.string().optional(),
  files: z.array(file).min(1).optional(),
  buttons: z
    .array(
      z.array(
        z.union([z.object({ label: z.string(), data: z.string() }), z.object({ label: z.string(), url: z.string() })]),
      ),
    )
    .optional(),
});

/** One message of Discord. */
export interface DiscordPart {
  /** What is seen, or of a reaction its emoji. */
  text: string;
  /** What goes out where it differs from `text`: Discord's Markdown, everything that is none of it escaped. */
  markdown?: string;
  files?: readonly OutgoingFile[];
  buttons?: Button[][];
}

/** Reads back what `render` made. @throws {TypeError} when the part is not one of ours. */
export function readPart(rendered: RenderedPart): DiscordPart {
  const read = part.safeParse(rendered);
  if (!read.success) throw new TypeError('the part was not rendered by the Discord channel');
  const { text, markdown, files, buttons } = read.data;
  return {
    text,
    ...(markdown === undefined ? {} : { markdown }),
    ...(files === undefined ? {} : { files }),
    ...(buttons === undefined ? {} : { buttons }),
  };
}

/** Bytes that sending the part uploads; 0 where it is no part of ours. */
export function uploadBytes(rendered: RenderedPart): number {
  const files = z.array(z.object({ sizeBytes: z.number() })).safeParse(rendered['files']);
  return files.success ? files.data.reduce((sum, one) => sum + one.sizeBytes, 0) : 0;
}

const PLACE = /^\d\.\d{1,2}:/u;

/** A button's id at Discord. Ids are unique within a message, so where the button stands goes before its data. */
export function customIdOf(row: number, column: number, data: string): string {
  return `${row}.${column}:${data}`;
}

/** The data behind a button's id. */
export function dataOfCustomId(customId: string): string {
  return customId.replace(PLACE, '');
}
