import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';
import { paceSetting } from '../shared/pace-setting.ts';

/** There is no platform whose limits would be in force; this is what `pace: {}` means here. */
const OWN_PACE: Pace = { accountPerSecond: 200, chatPerSecond: 5, groupPerMinute: 300, burst: 20 };

const origin = z
  .string()
  .refine(
    isOrigin,
    'an origin is a scheme and a host such as https://www.example.com, without path or slash at its end',
  );

/** One chat of a site, as an entry of `accounts:`. Unknown keys are errors. */
export const webConfig = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, 'id is 1–64 letters, digits, hyphens or underscores'),
    channel: z.literal('web'),
    /** Sites that may show the chat. */
    origins: z.array(origin).max(100),
    /** Signs who a visitor is, at the site; without it everybody is a stranger. */
    secret: z.string().min(32, 'secret has at least 32 characters; make one with `openssl rand -base64 32`').optional(),
    /** Whether who is not signed in at the site may write too. */
    anonymous: z.boolean().default(true),
    /** Above the chat. */
    title: z.string().min(1).max(64).default('Support'),
    limits: z
      .strictObject({
        messagesPerMinute: z.int().min(1).max(10_000).default(30),
        messagesPerMinuteAndAddress: z.int().min(1).max(100_000).default(120),
        filesPerMinute: z.int().min(1).max(1_000).default(10),
        visitorsPerMinuteAndAddress: z.int().min(1).max(100_000).default(30),
        streamsPerVisitor: z.int().min(1).max(100).default(6),
        streamsPerAddress: z.int().min(1).max(10_000).default(60),
      })
      .prefault({}),
    pace: paceSetting(OWN_PACE).default('off'),
    /** How customers know this account; the bot's greeting names it as official. */
    officialName: z.string().min(1).max(64).optional(),
  })
  .refine((entry) => entry.anonymous || entry.secret !== undefined, {
    path: ['secret'],
    message: 'secret is needed where anonymous is false: nobody could write otherwise',
  });

export type WebConfig = z.infer<typeof webConfig>;
export type WebLimits = WebConfig['limits'];

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value && /^https?:$/u.test(new URL(value).protocol);
}
