import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../src/core/model/attachment.ts';
import type { Button } from '../../src/core/model/extras.ts';
import type { RenderedPart } from '../../src/core/model/outbound.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import type { OutgoingEntity } from './entities-from-body.ts';

const mediaFile = z.object({
  kind: z.enum(ATTACHMENT_KINDS),
  blobId: z.string(),
  fileName: z.string().nullable(),
  mime: z.string().nullable(),
  sizeBytes: z.number(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  durationMs: z.number().nullable(),
});

/** One file of ours on its way to Telegram. */
export type OutgoingFile = z.infer<typeof mediaFile>;

const buttonRows = z.array(
  z.array(
    z.union([z.object({ label: z.string(), data: z.string() }), z.object({ label: z.string(), url: z.string() })]),
  ),
);

/**
 * One call of the Bot API: a text, a file, or an album with its words. Entities, never a parse mode, so that no text can be read as
 * markup.
 */
export interface TelegramPart {
  /** With files: the words below the first of them, perhaps none. */
  text: string;
  entities?: readonly OutgoingEntity[];
  /** One file, or several as an album. */
  media?: readonly OutgoingFile[];
  buttons?: Button[][];
}

/** Reads back what `render` made. @throws {TypeError} when the part is not one of ours. */
export function readPart(part: RenderedPart): TelegramPart {
  const text = stringOf(part['text']);
  const entities = part['entities'];
  if (text === null || (entities !== undefined && !Array.isArray(entities))) {
    throw new TypeError('the part was not rendered by the Telegram channel: it has no text');
  }
  return {
    text,
    // Written by us and stored since; the platform checks them once more.
    ...(entities === undefined
      ? {}
      : { entities: entities.filter((entity) => recordOf(entity) !== null) as OutgoingEntity[] }),
    ...(part['media'] === undefined ? {} : { media: z.array(mediaFile).min(1).parse(part['media']) }),
    ...(part['buttons'] === undefined ? {} : { buttons: buttonRows.parse(part['buttons']) }),
  };
}

/** Bytes that sending the part uploads; 0 where it is no part of ours. */
export function uploadBytes(part: RenderedPart): number {
  const media = z.array(z.object({ sizeBytes: z.number() })).safeParse(part['media']);
  return media.success ? media.data.reduce((sum, file) => sum + file.sizeBytes, 0) : 0;
}
