import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';
import { paceSetting } from '../shared/pace-setting.ts';

/** Where Telegram itself answers; anything else is a local Bot API server or a simulator. */
export const PLATFORM_API_ROOT = 'https://api.telegram.org';

/** What Telegram asks of bots: core.telegram.org/bots/faq, "My bot is hitting limits". */
export const PLATFORM_PACE: Pace = { accountPerSecond: 30, chatPerSecond: 1, groupPerMinute: 20, burst: 5 };

/** Kept without a slash at its end, so that both ways of writing the platform's own address are the same. */
const apiRoot = z
  .string()
  .refine(isApiRoot, 'apiRoot is an http or https address without user, query or fragment')
  .transform((root) => (root.endsWith('/') ? root.slice(0, -1) : root));

/** One Telegram bot, as an entry of `accounts:`. Unknown keys are errors. */
export const telegramConfig = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, 'id is 1–64 letters, digits, hyphens or underscores'),
    channel: z.literal('telegram'),
    token: z.string().regex(/^\d{1,16}:[A-Za-z0-9_-]+$/u, 'token has the form 123456:ABC…, as @BotFather gives it'),
    mode: z.enum(['polling', 'webhook']).default('polling'),
    apiRoot: apiRoot.default(PLATFORM_API_ROOT),
    /** Which group messages count: those addressed to the bot, all, or none. */
    groups: z.enum(['mention', 'all', 'off']).default('mention'),
    webhookSecret: z
      .string()
      .regex(/^[A-Za-z0-9_-]{16,256}$/u, 'webhookSecret is 16–256 letters, digits, hyphens or underscores')
      .optional(),
    /** Whether we may change the webhook at Telegram: set it in mode webhook, remove it in mode polling. */
    registerWebhook: z.boolean().default(false),
    pace: paceSetting(PLATFORM_PACE).optional(),
    /** How customers know this account, such as @ExampleSupportBot; the bot's greeting names it as official. */
    officialName: z.string().min(1).max(64).optional(),
  })
  .refine((entry) => entry.mode !== 'webhook' || entry.webhookSecret !== undefined, {
    path: ['webhookSecret'],
    message: 'webhookSecret is needed in mode webhook: without it anyone could write as any customer',
  });

export type TelegramConfig = z.infer<typeof telegramConfig>;

/** The pace in force: what the entry says, else the platform's limits at the platform, else none. */
export function paceOf(config: Pick<TelegramConfig, 'pace' | 'apiRoot'>): Pace | null {
  if (config.pace === 'off') return null;
  if (config.pace !== undefined) return config.pace;
  return config.apiRoot === PLATFORM_API_ROOT ? PLATFORM_PACE : null;
}

function isApiRoot(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}
