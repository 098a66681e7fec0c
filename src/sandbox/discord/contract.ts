import { z } from 'zod';

export const discordMessage = z
  .object({
    id: z.string(),
    /** `other`: another customer, in a channel that all of them see. */
    from: z.enum(['customer', 'support', 'other']),
    author: z.string(),
    /** As it is seen: without the marks of its format. */
    text: z.string(),
    edited: z.boolean(),
    /** Nobody else sees it. */
    onlyForYou: z.boolean(),
    /** The message it answers. */
    repliesTo: z.string().nullable(),
    files: z.array(z.object({ name: z.string(), picture: z.boolean() })),
    /** In rows; `url`: a link instead of a button that is pressed. */
    buttons: z.array(z.array(z.object({ label: z.string(), url: z.string().nullable(), disabled: z.boolean() }))),
    reactions: z.array(z.object({ emoji: z.string(), count: z.int(), own: z.boolean() })),
    at: z.iso.datetime(),
  })
  .meta({ id: 'SandboxDiscordMessage' });
export type DiscordMessage = z.infer<typeof discordMessage>;

export const discordPlace = z
  .object({
    id: z.string(),
    /** In a `forum` every text opens a `post` of its own. */
    kind: z.enum(['direct', 'channel', 'forum', 'post', 'private']),
    /** Empty: direct messages. */
    name: z.string(),
    /** Every text in it is for us; else only what names us or answers us. */
    support: z.boolean(),
    messages: z.array(discordMessage),
  })
  .meta({ id: 'SandboxDiscordPlace' });
export type DiscordPlace = z.infer<typeof discordPlace>;

/** A window of ours that somebody opened by a command or a button. `failed`: we did not answer in time, as Discord tells them. */
export const discordForm = z
  .object({ state: z.enum(['waiting', 'open', 'failed']), title: z.string(), question: z.string() })
  .meta({ id: 'SandboxDiscordForm' });
export type DiscordForm = z.infer<typeof discordForm>;

/** Somebody on the simulated Discord, with what they see. */
export const discordPerson = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Their direct messages are closed to us. */
    blocked: z.boolean(),
    places: z.array(discordPlace),
    form: discordForm.nullable(),
  })
  .meta({ id: 'SandboxDiscordPerson' });
export type DiscordPerson = z.infer<typeof discordPerson>;

const id = z.string().regex(/^\d{15,20}$/, 'is an id of Discord');
const text = z.string().trim().min(1, 'must not be empty').max(2_000);
const person = { person: id };
const message = { ...person, place: id, message: id };

export const newDiscordPerson = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(32) })
  .meta({ id: 'NewDiscordPerson' });
/** `mention`: the text begins by naming our bot. `title`: of the post that a text in a forum opens. */
export const sayOnDiscord = z
  .strictObject({
    ...person,
    place: id,
    text,
    mention: z.boolean().default(false),
    replyTo: id.nullable().default(null),
    title: z.string().trim().max(100).default(''),
    picture: z.boolean().default(false),
    file: z.boolean().default(false),
  })
  .meta({ id: 'SayOnDiscord' });
/** What somebody writes, and where. */
export type DiscordWords = z.output<typeof sayOnDiscord>;
export const editOnDiscord = z.strictObject({ ...message, text }).meta({ id: 'EditOnDiscord' });
export const removeOnDiscord = z.strictObject(message).meta({ id: 'RemoveOnDiscord' });
/** A message, by who looks at it and where it is. */
export type DiscordSpot = z.output<typeof removeOnDiscord>;
/** Once more takes it back. */
export const reactOnDiscord = z
  .strictObject({ ...message, emoji: z.string().min(1).max(20) })
  .meta({ id: 'ReactOnDiscord' });
export const pressOnDiscord = z
  .strictObject({ ...message, button: z.string().min(1).max(200) })
  .meta({ id: 'PressOnDiscord' });
/** Uses `/support` in a place. */
export const commandOnDiscord = z.strictObject({ ...person, place: id }).meta({ id: 'CommandOnDiscord' });
/** Null closes the form unsent. */
export const submitOnDiscord = z
  .strictObject({ ...person, text: z.string().trim().min(1, 'must not be empty').max(4_000).nullable() })
  .meta({ id: 'SubmitOnDiscord' });
export const blockOnDiscord = z.strictObject({ ...person, blocked: z.boolean() }).meta({ id: 'BlockOnDiscord' });
export const discordPictureQuery = z.object({
  person: id,
  place: id,
  message: id,
  file: z.coerce.number().int().min(0),
});
