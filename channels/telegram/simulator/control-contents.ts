import { z } from 'zod';
import { withoutUndefined } from '../../shared/without-undefined.ts';
import type { Content } from './contents.ts';

/** Contents as they are written in orders over HTTP; a file's bytes as base64. */

const entities = z.array(z.record(z.string(), z.unknown()));
const file = z
  .strictObject({
    base64: z.base64().optional(),
    sizeBytes: z.int().min(1).max(2_147_483_648).optional(),
    seed: z.int().optional(),
    name: z.string().optional(),
    mime: z.string().optional(),
  })
  .transform(({ base64, ...rest }) =>
    base64 === undefined ? rest : { ...rest, bytes: Buffer.from(base64, 'base64') },
  );
const captioned = {
  file: file.optional(),
  caption: z.string().optional(),
  captionEntities: entities.optional(),
  captionAbove: z.boolean().optional(),
  spoiler: z.boolean().optional(),
};
const seconds = z.int().min(0);
const side = z.int().min(1);
const frame = { width: side.optional(), height: side.optional(), durationSeconds: seconds.optional() };
const place = { latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) };

const shape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string(), entities: entities.optional() }),
  z.strictObject({ kind: z.literal('photo'), ...captioned, width: side.optional(), height: side.optional() }),
  z.strictObject({ kind: z.literal('document'), ...captioned, thumbnail: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('video'), ...captioned, ...frame }),
  z.strictObject({ kind: z.literal('animation'), ...captioned, ...frame }),
  z.strictObject({
    kind: z.literal('audio'),
    ...captioned,
    durationSeconds: seconds.optional(),
    performer: z.string().optional(),
    title: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('voice'), ...captioned, durationSeconds: seconds.optional() }),
  z.strictObject({
    kind: z.literal('video_note'),
    file: file.optional(),
    diameter: side.optional(),
    durationSeconds: seconds.optional(),
  }),
  z.strictObject({
    kind: z.literal('sticker'),
    file: file.optional(),
    emoji: z.string().optional(),
    setName: z.string().optional(),
    format: z.enum(['static', 'animated', 'video']).optional(),
  }),
  z.strictObject({
    kind: z.literal('location'),
    ...place,
    accuracyMeters: z.number().optional(),
    livePeriodSeconds: seconds.optional(),
    heading: z.int().optional(),
  }),
  z.strictObject({ kind: z.literal('venue'), ...place, title: z.string(), address: z.string() }),
  z.strictObject({
    kind: z.literal('contact'),
    phoneNumber: z.string(),
    firstName: z.string(),
    lastName: z.string().optional(),
    userId: z.int().optional(),
    vcard: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('poll'),
    id: z.string().optional(),
    question: z.string(),
    options: z.array(z.string()),
    anonymous: z.boolean().optional(),
    quiz: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('dice'), emoji: z.string().optional(), value: z.int().optional() }),
  z.strictObject({ kind: z.literal('raw'), fields: z.record(z.string(), z.unknown()) }),
]);

/** Reads a content; keys that are absent stay so. */
export const contentOrder = shape.transform((content) => present(content));

function present(content: z.infer<typeof shape>): Content {
  const file = 'file' in content && content.file !== undefined ? { file: withoutUndefined<object>(content.file) } : {};
  return withoutUndefined<object>({ ...content, ...file }) as Content;
}
