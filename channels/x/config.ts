import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';
import { paceSetting } from '../shared/pace-setting.ts';
import { wrongIn } from './approved-texts.ts';

/** Where X itself answers; anything else is a simulator or another server that speaks its protocol. */
export const PLATFORM_API_ROOT = 'https://api.x.com';

/** X limits by windows of a quarter of an hour and tells them in headers; this only keeps bursts small. */
const PLATFORM_PACE: Pace = { accountPerSecond: 1, chatPerSecond: 1, groupPerMinute: 20, burst: 5 };

/** Approved texts an hour, over all who write, where the entry says nothing else. */
export const AUTO_PER_HOUR = 20;

/** Kept without a slash at its end, so that both ways of writing the platform's own address are the same. */
const apiRoot = z
  .string()
  .refine(isApiRoot, 'apiRoot is an http or https address without path, user, query or fragment')
  .transform((root) => (root.endsWith('/') ? root.slice(0, -1) : root));

const credential = z.string().regex(/^[\x21-\x7e]{1,500}$/u, 'a key or token of X has no spaces');
const handle = z.string().regex(/^@?\w{1,15}$/u, 'a handle is 1–15 letters, digits or underscores');

/** What the bot may say in public by itself, word for word; each text in one language. */
const autoReply = z.strictObject({
  language: z.string().min(2).max(35),
  text: z.string().min(1).max(1_000),
});

/** One account at X, as an entry of `accounts:`. Unknown keys are errors. */
export const xConfig = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, 'id is 1–64 letters, digits, hyphens or underscores'),
    channel: z.literal('x'),
    /** How posts and messages come: we ask, X calls us, or we hold a stream open. Gaps are always filled by asking. */
    mode: z.enum(['polling', 'webhook', 'stream']).default('polling'),
    apiRoot: apiRoot.default(PLATFORM_API_ROOT),
    /** Consumer key and secret of the app: OAuth 1.0a, and the secret signs webhooks. */
    appKey: credential,
    appSecret: credential,
    /** OAuth 1.0a user context: tokens of the account itself, which do not expire. */
    accessToken: credential.optional(),
    accessSecret: credential.optional(),
    /** OAuth 2.0 with PKCE: the client, and the first refresh token; later ones are kept in the store. */
    clientId: credential.optional(),
    clientSecret: credential.optional(),
    refreshToken: credential.optional(),
    /** Of the app, for streams and webhooks; asked for with the app's key where it is left out. */
    bearerToken: credential.optional(),
    /** Public answers of the bot: none; a draft that a person sends; or approved texts by itself, one a day to each author. */
    publicReplies: z.enum(['off', 'draft', 'auto']).default('draft'),
    autoReplies: z
      .strictObject({
        /** Left out: our own sentence, in the customer's language. */
        texts: z.array(autoReply).min(1).max(50).optional(),
        perHour: z.int().min(1).max(1_000).default(AUTO_PER_HOUR),
      })
      .optional(),
    /** Our own handle; the texts above have to name it. */
    handle: handle.transform((name) => name.replace(/^@/u, '')).optional(),
    /** US dollars a day (UTC) for everything X charges for; left out: no limit. */
    budgetPerDay: z.number().positive().max(1_000_000).optional(),
    /** The account's plan takes posts of up to 25,000 characters. */
    longPosts: z.boolean().default(false),
    /** Tags of campaigns: posts with them ask nothing of us. */
    campaignTags: z
      .array(
        z
          .string()
          .min(1)
          .max(100)
          .transform((tag) => tag.replace(/^#/u, '').toLowerCase()),
      )
      .max(200)
      .default([]),
    pace: paceSetting(PLATFORM_PACE).optional(),
    /** How customers know this account; the bot's greeting names it as official. */
    officialName: z.string().min(1).max(64).optional(),
  })
  .superRefine((config, context) => {
    const fail = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    const oauth1 = config.accessToken !== undefined && config.accessSecret !== undefined;
    if ((config.accessToken === undefined) !== (config.accessSecret === undefined)) {
      fail('accessToken', 'accessToken and accessSecret belong together');
    }
    if (config.clientId === undefined && (config.clientSecret !== undefined || config.refreshToken !== undefined)) {
      fail('clientId', 'clientSecret and refreshToken need clientId');
    }
    if (!oauth1 && config.clientId === undefined) {
      fail('accessToken', 'give accessToken and accessSecret (OAuth 1.0a), or clientId (OAuth 2.0)');
    }
    if (config.publicReplies !== 'auto') return;
    if (config.handle === undefined) fail('handle', 'publicReplies: auto needs the handle that its texts name');
    for (const entry of config.autoReplies?.texts ?? []) {
      for (const wrong of config.handle === undefined ? [] : wrongIn(entry, config.handle)) fail('autoReplies', wrong);
    }
  });

export type XConfig = z.infer<typeof xConfig>;

/** The pace in force: what the entry says, else the platform's limits at the platform, else none. */
export function paceOf(config: Pick<XConfig, 'pace' | 'apiRoot'>): Pace | null {
  if (config.pace === 'off') return null;
  if (config.pace !== undefined) return config.pace;
  return config.apiRoot === PLATFORM_API_ROOT ? PLATFORM_PACE : null;
}

function isApiRoot(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain =
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && url.pathname === '/';
  return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}
