import { z } from 'zod';

const file = z.object({ name: z.string(), picture: z.boolean() });

export const xPost = z
  .object({
    id: z.string(),
    /** `other`: another customer in the same conversation. */
    from: z.enum(['customer', 'support', 'other']),
    author: z.string(),
    handle: z.string(),
    text: z.string(),
    /** The post it answers, or the one it quotes. */
    repliesTo: z.string().nullable(),
    quotes: z.object({ author: z.string(), text: z.string() }).nullable(),
    files: z.array(file),
    /** Below it stands a button that leads to a direct message with us. */
    leadsToDirect: z.boolean(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'SandboxPost' });
export type XPost = z.infer<typeof xPost>;

export const xDirect = z
  .object({
    id: z.string(),
    from: z.enum(['customer', 'support']),
    text: z.string(),
    files: z.array(file),
    /** Written in an encrypted chat, which the desk cannot read. */
    encrypted: z.boolean(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'SandboxDirect' });
export type XDirect = z.infer<typeof xDirect>;

/** Somebody on the simulated X, with what they see of us. */
export const xPerson = z
  .object({
    id: z.string(),
    name: z.string(),
    handle: z.string(),
    /** They have blocked us: we can neither answer nor write to them. */
    blocked: z.boolean(),
    /** The conversations they or we are in, oldest first. */
    posts: z.array(xPost),
    directs: z.array(xDirect),
  })
  .meta({ id: 'SandboxXPerson' });
export type XPerson = z.infer<typeof xPerson>;

const id = z.string().regex(/^\d{1,20}$/, 'is an id of X');
const text = z.string().trim().min(1, 'must not be empty');
const person = { person: id };

export const newXPerson = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(50) })
  .meta({ id: 'NewXPerson' });
/** `mention`: the post names our account. */
export const postOnX = z
  .strictObject({
    ...person,
    text: text.max(280),
    mention: z.boolean().default(true),
    replyTo: id.nullable().default(null),
    quote: id.nullable().default(null),
    picture: z.boolean().default(false),
  })
  .meta({ id: 'PostOnX' });
export type PostWords = z.output<typeof postOnX>;
export const directOnX = z
  .strictObject({
    ...person,
    text: text.max(10_000),
    picture: z.boolean().default(false),
    encrypted: z.boolean().default(false),
  })
  .meta({ id: 'DirectOnX' });
export type DirectWords = z.output<typeof directOnX>;
export const removeOnX = z.strictObject({ ...person, post: id }).meta({ id: 'RemoveOnX' });
export const blockOnX = z.strictObject({ ...person, blocked: z.boolean() }).meta({ id: 'BlockOnX' });
export const xPictureQuery = z.object({
  person: id,
  message: id,
  in: z.enum(['posts', 'directs']),
  file: z.coerce.number().int().min(0),
});
