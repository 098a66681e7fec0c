import { isIP } from 'node:net';
import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';
import { paceSetting } from '../shared/pace-setting.ts';

/** Where a pace is set and says no more: what large providers let one mailbox send. */
const LEISURELY: Pace = { accountPerSecond: 2, chatPerSecond: 1, groupPerMinute: 60, burst: 10 };

/** Largest mail that is downloaded, bytes. Larger ones come without their body. */
const DEFAULT_MAX_MAIL_BYTES = 50_000_000;

/** Where tokens of the two big providers are refreshed, and what they must be allowed to do. */
export const OAUTH_PROVIDERS = {
  google: { tokenUrl: 'https://oauth2.googleapis.com/token', scope: null },
  microsoft: {
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
  },
} as const;

const tokenUrl = z
  .string()
  .refine(isTokenUrl, 'tokenUrl is an https address (http only on loopback) without user or fragment');

const provider = z.union(
  [z.enum(['google', 'microsoft']), z.strictObject({ tokenUrl, scope: z.string().min(1).max(2_000).optional() })],
  { error: "provider is 'google', 'microsoft' or { tokenUrl, scope? }" },
);

const oauth = z.strictObject({
  provider,
  clientId: z.string().min(1).max(500),
  /** Absent for public clients. */
  clientSecret: z.string().min(1).max(2_000).optional(),
  /** From the consent of the mailbox's owner. What a provider gives in its place later is kept in the store. */
  refreshToken: z.string().min(1).max(10_000),
});

const host = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,253}$/u, 'host is a name or an address, without scheme, port or path');
const port = z.int().min(1).max(65_535);
const folder = z
  .string()
  .min(1)
  .max(500)
  .refine(isFolderName, 'a folder is named as the server lists it: no control characters, no * or %')
  // INBOX alone is named without regard to case (RFC 3501, 5.1).
  .transform((name) => (name.toUpperCase() === 'INBOX' ? 'INBOX' : name));

/** What both servers of a mailbox have in common. */
const server = {
  host,
  /** TLS from the first byte. false: STARTTLS is demanded, but for servers on loopback. */
  secure: z.boolean().default(true),
  /** With `secure: false`: whether TLS is demanded by STARTTLS. Default: everywhere but on loopback. */
  starttls: z.boolean().optional(),
  /** PEM of the authority that signed the server's certificate, where it is a private one. */
  ca: z.string().includes('-----BEGIN CERTIFICATE-----', { error: 'ca is a certificate in PEM' }).optional(),
  user: z.string().min(1).max(500),
  password: z.string().min(1).max(10_000).optional(),
  oauth: oauth.optional(),
};

const imap = z
  .strictObject({
    ...server,
    port: port.default(993),
    folders: z.array(folder).min(1, 'folders names at least one folder').max(10).default(['INBOX']),
    /** Where the server puts what it takes for spam; its mails are filed as such and answered by nobody. */
    spamFolder: folder.optional(),
    /** What becomes of a mail once it is stored. Other people's flags are never read. */
    afterStoring: z
      .union([z.enum(['leave', 'seen']), z.strictObject({ move: folder })], {
        error: "afterStoring is 'leave', 'seen' or { move: folder }",
      })
      .default('leave'),
    /** `poll`: never IDLE. `auto`: IDLE where the server has it. */
    idle: z.enum(['auto', 'poll']).default('auto'),
    /** How often is looked without IDLE, milliseconds. */
    pollMs: z.int().min(1_000).max(3_600_000).default(30_000),
    /** Days of older mail to take at the very first start of a folder; 0: only what comes from then on. */
    sinceDays: z.int().min(0).max(3_650).default(0),
    /** After the server renumbered a folder: how many days back everything is looked at again. */
    rescanDays: z.int().min(1).max(3_650).default(30),
    maxMailBytes: z.int().min(10_000).max(500_000_000).default(DEFAULT_MAX_MAIL_BYTES),
  })
  .superRefine(checkServer('imap'))
  .refine((entry) => new Set(allFolders(entry)).size === allFolders(entry).length, {
    path: ['folders'],
    message: 'imap.folders and imap.spamFolder name each folder once',
  })
  .refine((entry) => typeof entry.afterStoring === 'string' || !allFolders(entry).includes(entry.afterStoring.move), {
    path: ['afterStoring'],
    message: 'imap.afterStoring.move is a folder that is not watched: else each mail would come again',
  });

const smtp = z
  .strictObject({
    ...server,
    user: server.user.optional(),
    port: port.default(465),
    /** Connections at once. */
    maxConnections: z.int().min(1).max(50).default(3),
    /** Mails over one connection. */
    maxMessages: z.int().min(1).max(10_000).default(100),
    /** The name given in EHLO; default: the domain of `address`. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,253}$/u, 'smtp.name is a host name')
      .optional(),
    /** Where a copy of what was sent is put: the server's own Sent folder, none, or the folder of this name. */
    sentFolder: z.union([z.enum(['auto', 'none']), folder]).default('auto'),
  })
  .superRefine(checkServer('smtp'));

/** One mailbox, as an entry of `accounts:`. Unknown keys are errors; no message repeats a secret. */
export const emailConfig = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, 'id is 1–64 letters, digits, hyphens or underscores'),
  channel: z.literal('email'),
  /** The address customers write to, and we write from. */
  address: z
    .string()
    .max(254)
    .regex(
      /^[^\s@<>"(),:;\\[\]]{1,64}@[^\s@<>"(),:;\\[\]]+$/u,
      'address is a mail address such as support@example.com',
    ),
  /** The name beside it in From. */
  name: z
    .string()
    .min(1)
    .max(100)
    .refine((name) => !/\p{Cc}/u.test(name), 'name has no control characters')
    .optional(),
  imap,
  smtp,
  /** Names our own servers sign Authentication-Results with; those of others are not believed. */
  authservIds: z.array(z.string().min(1).max(253)).max(20).default([]),
  /** Most automatic answers to one sender in a day. */
  automaticAnswersPerDay: z.int().min(0).max(1_000).default(5),
  /** Whether mail to name+tag@domain reaches this mailbox, so that replies carry a signed tag. */
  replyAddressTag: z.boolean().default(true),
  /** How fast we write: to all, and to the people of one domain. Default: as fast as the server takes it. */
  pace: paceSetting(LEISURELY).optional(),
  /** How customers know this account; the bot's greeting names it as official. Default: the address. */
  officialName: z.string().min(1).max(100).optional(),
});

export type EmailConfig = z.infer<typeof emailConfig>;
export type ImapConfig = EmailConfig['imap'];
export type SmtpConfig = EmailConfig['smtp'];
export type OAuthConfig = z.infer<typeof oauth>;

/** Every folder that is watched, the spam folder last. */
export function watchedFolders(config: Pick<ImapConfig, 'folders' | 'spamFolder'>): string[] {
  return allFolders(config);
}

/** How a server is spoken to: TLS at once, by STARTTLS, or (on loopback alone) not at all. */
export function encryptionOf(config: Pick<ImapConfig, 'host' | 'secure' | 'starttls'>): 'tls' | 'starttls' | 'none' {
  if (config.secure) return 'tls';
  return (config.starttls ?? !isLoopback(config.host)) ? 'starttls' : 'none';
}

/** Whether a host is this machine, by its name. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function allFolders(entry: { folders: readonly string[]; spamFolder?: string | undefined }): string[] {
  return entry.spamFolder === undefined ? [...entry.folders] : [...entry.folders, entry.spamFolder];
}

interface ServerEntry {
  host: string;
  secure: boolean;
  starttls?: boolean | undefined;
  user?: string | undefined;
  password?: string | undefined;
  oauth?: unknown;
}

function checkServer(name: 'imap' | 'smtp'): (entry: ServerEntry, context: z.core.$RefinementCtx<ServerEntry>) => void {
  return (entry, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message, input: undefined });
    if (entry.secure && entry.starttls === true)
      wrong('starttls', `${name}.starttls goes with ${name}.secure: false; with secure: true there is TLS already`);
    if (!entry.secure && entry.starttls === false && !isLoopback(entry.host))
      wrong(
        'starttls',
        `${name}.secure: false needs STARTTLS unless the host is loopback: else the password is sent for all to read. Remove starttls: false`,
      );
    const anonymous = name === 'smtp' && entry.user === undefined;
    if (anonymous) {
      if (entry.password !== undefined || entry.oauth !== undefined)
        wrong(
          'user',
          `${name}.user is missing; without password and oauth it may be left out, for a relay that asks for none`,
        );
      return;
    }
    if (entry.password === undefined && entry.oauth === undefined)
      wrong('password', `${name}.password or ${name}.oauth is needed to sign in`);
    if (entry.password !== undefined && entry.oauth !== undefined)
      wrong('password', `${name} has both password and oauth; keep the one that is meant`);
  };
}

function isFolderName(name: string): boolean {
  return !/[\p{Cc}*%]/u.test(name);
}

function isTokenUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
