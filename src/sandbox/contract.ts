import { z } from 'zod';
import { ROLES } from '../core/model/agent.ts';
import { discordPerson } from './discord/contract.ts';
import { chatVisitor } from './web-chat/contract.ts';
import { xPerson } from './x/contract.ts';

/** Languages of the ready customers and of those that are added; what a phone tells Telegram about itself. */
export const PHONE_LANGUAGES = ['en', 'zh', 'ja', 'ko', 'es', 'ru'] as const;
export const phoneLanguage = z.enum(PHONE_LANGUAGES).meta({ id: 'PhoneLanguage' });
export type PhoneLanguage = z.infer<typeof phoneLanguage>;

/** Trouble that can be put in the gateway's way. `src/sandbox/troubles/` says what each does at its platform. */
export const TROUBLES = [
  'too_many',
  'cut_reply',
  'duplicates',
  'slow',
  'server_error',
  'mail_later',
  'mail_bounce',
  'mail_cut',
  'mail_renumbered',
  'discord_cut',
  'discord_too_many',
  'discord_away',
  'discord_session',
  'discord_rights',
  'discord_token',
  'discord_intent',
  'x_cut',
  'x_too_many',
  'x_twice',
  'x_away',
  'x_credits',
  'x_locked',
  'web_cut',
  'web_away',
] as const;
export type TroubleKind = (typeof TROUBLES)[number];

/** What a customer can send at a click. */
export const PHONE_THINGS = ['photo', 'album', 'document', 'voice', 'location', 'sticker'] as const;
export type PhoneThing = (typeof PHONE_THINGS)[number];

/** What a newcomer tries first; each is true once it really happened. */
export const STEPS = ['write', 'answer', 'hand_back', 'resolve', 'cut_reply', 'worker_killed'] as const;
export type Step = (typeof STEPS)[number];

export const phoneMessage = z
  .object({
    id: z.int(),
    /** On Telegram bot and agents speak under one name. */
    from: z.enum(['customer', 'support']),
    text: z.string(),
    /** What it shows besides words, as Telegram calls it. `picture`: `GET picture` has it. */
    things: z.array(z.object({ kind: z.string(), name: z.string().nullable(), picture: z.boolean() })).default([]),
    /** Messages that are shown together have the same one. */
    album: z.string().nullable().default(null),
    /** Labels of the buttons below it, in rows. */
    buttons: z.array(z.array(z.string())).default([]),
    reactions: z.array(z.string()).default([]),
    /** The message it answers. */
    repliesTo: z.int().nullable().default(null),
    at: z.iso.datetime(),
    edited: z.boolean(),
    deleted: z.boolean(),
    /** The customer's own: the gateway has confirmed it. Ours: always. */
    taken: z.boolean(),
    /** Ours: whether the gateway learned that it was taken. */
    answered: z.boolean(),
  })
  .meta({ id: 'PhoneMessage' });
export type PhoneMessage = z.infer<typeof phoneMessage>;

export const phone = z
  .object({
    id: z.int(),
    name: z.string(),
    language: phoneLanguage,
    blocked: z.boolean(),
    messages: z.array(phoneMessage),
  })
  .meta({ id: 'Phone' });
export type Phone = z.infer<typeof phone>;

export const correspondentLetter = z
  .object({
    id: z.int(),
    from: z.enum(['customer', 'support']),
    subject: z.string(),
    text: z.string(),
    cc: z.array(z.string()),
    /** Names of its files. */
    files: z.array(z.string()),
    /** It names the letter it answers. */
    answers: z.boolean(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'CorrespondentLetter' });
export type CorrespondentLetter = z.infer<typeof correspondentLetter>;

/** Somebody who writes mail. */
export const correspondent = z
  .object({
    address: z.string(),
    name: z.string(),
    /** The mail server vouches that it is they who write. */
    proven: z.boolean(),
    letters: z.array(correspondentLetter),
  })
  .meta({ id: 'SandboxCorrespondent' });
export type Correspondent = z.infer<typeof correspondent>;

/** Everything the page shows, and its mark: `GET state?after=MARK` waits until there is another one. */
export const sandboxState = z
  .object({
    mark: z.string(),
    botName: z.string(),
    phones: z.array(phone),
    /** Our own address, and the people who write to it. */
    mailAddress: z.string(),
    correspondents: z.array(correspondent),
    /** The people of the simulated Discord, each with what they see; and the name of the server they are on. */
    discord: z.object({ server: z.string(), people: z.array(discordPerson) }),
    /** Our account on the simulated X, and its people, each with what they see of us. */
    x: z.object({ account: z.object({ name: z.string(), handle: z.string() }), people: z.array(xPerson) }),
    /** The demo site's chat: where its page is, and who may be before it. */
    webChat: z.object({ page: z.string(), visitors: z.array(chatVisitor) }),
    troubles: z.array(
      z.object({
        id: z.int(),
        kind: z.enum(TROUBLES),
        /** Null: until it is cleared. */
        left: z.int().nullable(),
        struck: z.int(),
      }),
    ),
    /** Who may sign in, all with the one password. */
    people: z.array(z.object({ name: z.string(), email: z.string(), role: z.enum(ROLES) })),
    password: z.string(),
    worker: z.object({ up: z.boolean(), pid: z.int().nullable(), kills: z.int() }),
    steps: z.array(z.object({ id: z.enum(STEPS), done: z.boolean() })),
  })
  .meta({ id: 'SandboxState' });
export type SandboxState = z.infer<typeof sandboxState>;

export const stateQuery = z.object({ after: z.string().max(64).optional() });

const phoneId = z.int().positive();
const text = z.string().trim().min(1, 'must not be empty').max(4_096);

export const newPhone = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(64), language: phoneLanguage })
  .meta({ id: 'NewPhone' });
export const sayOnPhone = z.strictObject({ phone: phoneId, text }).meta({ id: 'SayOnPhone' });
export const editOnPhone = z.strictObject({ phone: phoneId, message: z.int(), text }).meta({ id: 'EditOnPhone' });
export const blockOnPhone = z.strictObject({ phone: phoneId, blocked: z.boolean() }).meta({ id: 'BlockOnPhone' });
export const sendOnPhone = z.strictObject({ phone: phoneId, what: z.enum(PHONE_THINGS) }).meta({ id: 'SendOnPhone' });
export const pressOnPhone = z
  .strictObject({ phone: phoneId, message: z.int(), button: z.string().min(1).max(200) })
  .meta({ id: 'PressOnPhone' });
/** Null takes the reaction back. */
export const reactOnPhone = z
  .strictObject({ phone: phoneId, message: z.int(), emoji: z.string().min(1).max(20).nullable() })
  .meta({ id: 'ReactOnPhone' });
const mailAddress = z.email().max(100);
const letterText = z.string().trim().min(1, 'must not be empty').max(20_000);
const extras = { picture: z.boolean().default(false), file: z.boolean().default(false) };
export const newCorrespondent = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(64), address: mailAddress })
  .meta({ id: 'NewCorrespondent' });
export const writeLetter = z
  .strictObject({ address: mailAddress, subject: z.string().trim().max(200), text: letterText, ...extras })
  .meta({ id: 'WriteLetter' });
export const answerLetter = z
  .strictObject({ address: mailAddress, letter: z.int(), text: letterText, ...extras })
  .meta({ id: 'AnswerLetter' });
export const pictureQuery = z.object({ phone: z.coerce.number().int(), message: z.coerce.number().int() });
/** `phone`: only in this chat, where the trouble is about chats. */
export const newTrouble = z
  .strictObject({ kind: z.enum(TROUBLES), phone: phoneId.optional() })
  .meta({ id: 'NewTrouble' });
/** Without `id`: all. */
export const clearTrouble = z.object({ id: z.coerce.number().int().optional() });
