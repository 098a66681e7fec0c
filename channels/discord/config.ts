import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';
import { paceSetting } from '../shared/pace-setting.ts';

/** Where Discord itself answers; anything else is a simulator or another server that speaks its protocol. */
export const PLATFORM_API_ROOT = 'https://discord.com/api';

/**
 * Below Discord's 50 requests a second in all (topics/rate-limits); what a channel takes is told by headers and is about five in
 * five seconds.
 */
export const PLATFORM_PACE: Pace = { accountPerSecond: 40, chatPerSecond: 1, groupPerMinute: 60, burst: 5 };

/** Kept without a slash at its end, so that both ways of writing the platform's own address are the same. */
const apiRoot = z
  .string()
  .refine(isApiRoot, 'apiRoot is an http or https address without user, query or fragment')
  .transform((root) => (root.endsWith('/') ? root.slice(0, -1) : root));

const snowflakes = z
  .array(
    z
      .string({ error: 'an id of Discord is written in quotes: as a number it would lose its last digits' })
      .regex(/^[1-9]\d{0,19}$/u, 'an id of Discord has digits only'),
  )
  .max(1_000)
  .default([]);

/** Where and to whom we listen in servers, besides mentions, replies, commands and direct messages. */
const support = z.strictObject({
  /** Servers that count at all; empty: all we are in. */
  servers: snowflakes,
  /** Text channels in which every text counts, in their threads too. */
  channels: snowflakes,
  /** Forums in whose posts every text counts. */
  forums: snowflakes,
  /** Roles whose mention counts as one of us. */
  roles: snowflakes,
});

/** One Discord bot, as an entry of `accounts:`. Unknown keys are errors. */
export const discordConfig = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, 'id is 1–64 letters, digits, hyphens or underscores'),
  channel: z.literal('discord'),
  token: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,200}$/u, 'token is the one of the page "Bot" in the developer portal, without "Bot "'),
  apiRoot: apiRoot.default(PLATFORM_API_ROOT),
  support: support.default({ servers: [], channels: [], forums: [], roles: [] }),
  /** What we say in a channel carries a button that opens a private thread for whoever presses it. */
  privateThreads: z.boolean().default(true),
  pace: paceSetting(PLATFORM_PACE).optional(),
  /** How customers know this account; the bot's greeting names it as official. */
  officialName: z.string().min(1).max(64).optional(),
});

export type DiscordConfig = z.infer<typeof discordConfig>;
export type SupportPlaces = DiscordConfig['support'];

/** The pace in force: what the entry says, else the platform's limits at the platform, else none. */
export function paceOf(config: Pick<DiscordConfig, 'pace' | 'apiRoot'>): Pace | null {
  if (config.pace === 'off') return null;
  if (config.pace !== undefined) return config.pace;
  return config.apiRoot === PLATFORM_API_ROOT ? PLATFORM_PACE : null;
}

/** The bot's user id, which a token of Discord begins with (base64); null where the token is of another make. */
export function ownIdOf(token: string): string | null {
  const id = Buffer.from(token.split('.')[0] ?? '', 'base64').toString('latin1');
  return /^[1-9]\d{0,19}$/u.test(id) ? id : null;
}

function isApiRoot(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}
