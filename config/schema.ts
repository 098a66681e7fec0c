import { z } from 'zod';
import { duration } from './duration.ts';

/**
 * The whole configuration file, as people write it. Strict everywhere: an unknown key is an error. Entries of
 * `accounts` are checked by the schema of their channel (see check.ts), so this file knows no channel.
 * Every default is here and nowhere else; config/default.yaml repeats them and a test keeps the two in step.
 */

/** Short names used in URLs (`/hooks/<id>`), metrics and rows. */
const shortId = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/,
    'must be 1 to 32 of a-z, 0-9, - and _, beginning and ending with a letter or digit',
  );

const nonEmpty = z.string().min(1, 'must not be empty');

const storeUrl = z
  .string()
  .refine(
    (url) => url === 'embedded' || /^postgres(?:ql)?:\/\/./.test(url),
    'must be `embedded` or postgres://user:password@host/database',
  );

const queueUrl = z
  .string()
  .refine((url) => url === 'store' || /^rediss?:\/\/./.test(url), 'must be `store` or redis://host:6379');

const storageUrl = z.string().superRefine((url, context) => {
  if (url === 'file') return;
  const message = url.startsWith('s3://')
    ? 'object storage (s3://…) is not available yet; use `file`, which keeps blobs in the data folder'
    : 'must be `file`';
  context.addIssue({ code: 'custom', message });
});

const publicUrl = z
  .string()
  .regex(
    /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/,
    'must be the http(s) address under which the outside reaches the gateway, without query',
  )
  .transform((url) => url.replace(/\/+$/, ''));

const masterKey = z
  .string()
  .refine(
    (key) => /^[0-9a-f]{64}$/i.test(key) || /^[A-Za-z0-9+/_-]{43}=?$/.test(key),
    'must be 32 random bytes as 64 hex digits or as base64; make one with `openssl rand -base64 32`',
  );

/** Keys beside `masterKey`; the newest version seals. Version 1 is `masterKey` or the file in the data folder. */
const masterKeys = z
  .array(
    z.strictObject({
      version: z.int().min(1, 'must be 1 to 255').max(255, 'must be 1 to 255'),
      key: masterKey,
    }),
  )
  .min(1, 'must hold at least one key')
  .refine((list) => new Set(list.map((one) => one.version)).size === list.length, 'must name each version once');

const port = z.int().min(0, 'must be 0 (any free port) to 65535').max(65_535, 'must be 0 (any free port) to 65535');

/** An address or a network in CIDR notation; whether it is one is checked by the HTTP server's own parser. */
const network = z
  .string()
  .regex(/^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/, 'must be an IP address or a network such as 10.0.0.0/8');

/** Brains that ship with the gateway, in the order they would be asked. */
export const BRAIN_NAMES = ['flow', 'faq', 'echo'] as const;

/** Languages in which the bot speaks to customers; the tuple of core is repeated because config imports no use case. */
const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as en or zh');

const brains = z
  .array(z.enum(BRAIN_NAMES))
  .min(1, 'must name at least one brain')
  .refine((names) => new Set(names).size === names.length, 'must name each brain once')
  .refine((names) => !names.includes('echo') || names.length === 1, '`echo` answers everything, so it stands alone');

const bot = z
  .strictObject({
    brains: brains.default(['flow', 'faq']),
    faqFolder: nonEmpty.optional(),
    turnPause: duration.prefault('1500ms'),
    turnPauseMax: duration.prefault('6s'),
    greeting: z.boolean().default(true),
  })
  .refine((value) => value.turnPause <= value.turnPauseMax, {
    message: 'must not be shorter than turnPause',
    path: ['turnPauseMax'],
  });

const team = z.strictObject({
  id: shortId,
  name: nonEmpty,
  languages: z.array(language).default([]),
  signature: z.string().max(2_000, 'must be at most 2,000 characters').optional(),
});

/** One entry of `accounts`, as far as all channels agree. */
export const accountBase = z.looseObject({ id: shortId, channel: nonEmpty });

/** The file but for the entries of `accounts`. */
export const fileSchema = z.strictObject({
  data: nonEmpty.default('./data'),
  store: z.strictObject({ url: storeUrl.default('embedded') }).prefault({}),
  queue: z.strictObject({ url: queueUrl.default('store') }).prefault({}),
  http: z
    .strictObject({
      host: nonEmpty.default('127.0.0.1'),
      port: port.default(8080),
      healthPort: port.optional(),
      publicUrl: publicUrl.optional(),
      trustedProxies: z.array(network).default([]),
    })
    .prefault({}),
  masterKey: masterKey.optional(),
  masterKeys: masterKeys.optional(),
  storage: z.strictObject({ url: storageUrl.default('file') }).prefault({}),
  retention: z
    .strictObject({
      raw: duration.prefault('30d'),
      attachments: duration.prefault('180d'),
      identityDocuments: duration.prefault('30d'),
      conversations: duration.prefault('730d'),
      audit: duration.prefault('1825d'),
    })
    .prefault({}),
  accounts: z.array(z.unknown()).default([]),
  bot: bot.prefault({}),
  teams: z
    .array(team)
    .min(1, 'must hold at least one team')
    .default([{ id: 'support', name: 'Support', languages: [] }]),
  telemetry: z
    .strictObject({
      otlpUrl: z
        .string()
        .regex(
          /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/,
          'must be the http(s) address of an OTLP receiver, without query',
        )
        .optional(),
      sampleRatio: z.number().min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').default(1),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

export type ParsedFile = z.output<typeof fileSchema>;

/** One configured account: what all have, and whatever its channel's schema gave back. */
export interface AccountConfig {
  readonly id: string;
  readonly channel: string;
  readonly [setting: string]: unknown;
}

/** The schema each channel brings for its entries of `accounts`, by the name in `channel:`. */
export type ChannelSchemas = ReadonlyMap<string, z.ZodType<{ id: string; channel: string }>>;

/** The configuration in force. Durations are milliseconds; what was left out is null. */
export interface Config {
  /** Folder of everything the gateway writes, absolute. */
  readonly dataFolder: string;
  readonly store: { readonly url: string };
  readonly queue: { readonly url: string };
  readonly http: {
    readonly host: string;
    /** 0: the system picks a free one. */
    readonly port: number;
    /** Where processes without the roles ingress and web answer health checks; 0: any free one; null: nowhere. */
    readonly healthPort: number | null;
    /** Without a slash at its end; null: webhooks cannot be registered. */
    readonly publicUrl: string | null;
    readonly trustedProxies: readonly string[];
  };
  /** 32 bytes as hex or base64; null: the caller keeps one in the data folder. */
  readonly masterKey: string | null;
  /** Further keys, each 32 bytes as hex or base64; the newest version seals. Null: there is only version 1. */
  readonly masterKeys: readonly { readonly version: number; readonly key: string }[] | null;
  readonly storage: { readonly url: string };
  readonly retention: {
    readonly rawMs: number;
    readonly attachmentsMs: number;
    readonly identityDocumentsMs: number;
    readonly conversationsMs: number;
    readonly auditMs: number;
  };
  readonly accounts: readonly AccountConfig[];
  readonly bot: {
    readonly brains: readonly (typeof BRAIN_NAMES)[number][];
    /** Absolute; null: the articles that ship with the gateway. */
    readonly faqFolder: string | null;
    readonly turnPauseMs: number;
    readonly turnPauseMaxMs: number;
    /** The bot's first answer to a contact begins with who it is. */
    readonly greeting: boolean;
  };
  /** Never empty; the first takes what no rule sends elsewhere. */
  readonly teams: readonly {
    readonly id: string;
    readonly name: string;
    readonly languages: readonly string[];
    /** Below the team's letters, plain text. */
    readonly signature?: string | undefined;
  }[];
  /** Traces: off without an address; of every message's trace this share is kept, 0 to 1. */
  readonly telemetry: { readonly otlpUrl: string | null; readonly sampleRatio: number };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}
