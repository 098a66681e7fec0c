import { z } from 'zod';
import { type Body, checkBody } from '../../src/core/model/body.ts';

const partSchema = z.strictObject({
  text: z.string(),
  body: z.unknown().optional(),
  files: z
    .array(
      z.strictObject({
        blobId: z.string(),
        sizeBytes: z.int().nonnegative(),
        fileName: z.string().nullable(),
        mime: z.string().nullable(),
      }),
    )
    .optional(),
});

/** A mail as the outbox keeps it: what it says. Who gets it and what it answers is looked up when it is sent, the same every time. */
export interface MailPart {
  text: string;
  body?: Body;
  files?: readonly { blobId: string; sizeBytes: number; fileName: string | null; mime: string | null }[];
}

/** @throws {ZodError} for a row that this version did not write */
export function readPart(part: unknown): MailPart {
  const { text, body, files } = partSchema.parse(part);
  return { text, ...(body === undefined ? {} : { body: checkBody(body) }), ...(files === undefined ? {} : { files }) };
}

/** Bytes of the files of a part. */
export function uploadBytes(part: unknown): number {
  return (readPart(part).files ?? []).reduce((sum, file) => sum + file.sizeBytes, 0);
}
