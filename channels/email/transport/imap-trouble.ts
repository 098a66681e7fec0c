import { z } from 'zod';
import { ParleyError } from '../../../src/core/errors.ts';
import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { ImapConfig } from '../config.ts';
import { NeedsLogin } from '../errors.ts';

/** What a failure says about the connection. */
export interface Trouble {
  state: Extract<ConnectionState, { state: 'retrying' | 'stopped' }>;
  /** Only a person can help: trying seldom is enough. */
  slow: boolean;
}

/** The folder of the configuration is not there. */
export class FolderMissing extends Error {
  override readonly name = 'FolderMissing';
  readonly folder: string;
  readonly there: readonly string[];

  constructor(folder: string, there: readonly string[]) {
    super('the folder is not there');
    this.folder = folder;
    this.there = there;
  }
}

/** A command the server answered in a way that leaves nothing to work with. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

const failureShape = z.object({
  code: z.string().optional(),
  authenticationFailed: z.boolean().optional(),
  serverResponseCode: z.string().optional(),
  responseStatus: z.string().optional(),
  response: z.unknown().optional(),
  tlsFailed: z.boolean().optional(),
  message: z.string().default(''),
});

const tooLargeShape = z.object({ code: z.enum(['LiteralTooLarge', 'ResponseTooLarge']) });

/** Whether the connection was given up over an answer that is longer than the server had said. */
export function isLargerThanSaid(error: unknown): boolean {
  return tooLargeShape.safeParse(error).success;
}

/** Codes of a refused sign-in that pass by themselves (RFC 5530, and LIMIT of RFC 5530's registry). */
const PASSING = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'OVERQUOTA', 'SERVERBUG', 'THROTTLED']);
const TLS_CODE =
  /^(?:CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|UPGRADE_TIMEOUT|ClosedAfterConnectTLS|STARTTLS)/u;

/** Whether the server said no to the credentials themselves. The library calls every failure while signing in by that name. */
export function isRefusedSignIn(error: unknown): boolean {
  const failure = failureShape.safeParse(error).data;
  if (failure?.authenticationFailed !== true || isDisabled(failure.message)) return false;
  return failure.responseStatus === 'NO' && !PASSING.has(failure.serverResponseCode?.toUpperCase() ?? '');
}

/** Reads whatever a connection ended with. Never holds secrets: only the server's short words are quoted. */
export function troubleOf(error: unknown, config: Pick<ImapConfig, 'host' | 'port' | 'user' | 'oauth'>): Trouble {
  const place = `${config.host}:${config.port}`;
  if (error instanceof NeedsLogin) {
    const mend = error.mend ?? 'Let the owner of the mailbox give consent again.';
    return stopped('needs_login', error.message, mend, 'needs_login');
  }
  // Of our own: a token that cannot be had now, a store that is away.
  if (error instanceof ParleyError) return retrying(error.code, error.message, error.mend);
  if (error instanceof FolderMissing) {
    const there = error.there.slice(0, 20).join(', ');
    return stopped(
      'folder_missing',
      `There is no folder ${error.folder} in this mailbox`,
      `Correct imap.folders or imap.spamFolder. The server has: ${there === '' ? 'none it tells of' : there}.`,
    );
  }
  const failure = failureShape.safeParse(error).data ?? { message: String(error), response: undefined };
  const words = wordsOf(failure.response) ?? failure.message;
  if (isDisabled(failure.message)) {
    return stopped(
      'login_disabled',
      `${place} takes no password over this connection (LOGINDISABLED)`,
      'Set imap.secure: true with port 993, or let imap.secure: false use STARTTLS; or use imap.oauth if the server takes nothing else.',
    );
  }
  if (isRefusedSignIn(error)) {
    const mend =
      config.oauth === undefined
        ? 'Check imap.user and imap.password. Many providers want an app password, and IMAP switched on in their settings.'
        : 'Let the owner of the mailbox give consent again and put the new refreshToken into the account.';
    return stopped('login_refused', `The mail server refuses to let us in: ${words}`, mend, 'needs_login');
  }
  const code = failure.code ?? '';
  if (failure.tlsFailed === true || TLS_CODE.test(code)) {
    return retrying(
      'tls',
      `No secure connection to ${place}: ${words}`,
      'Check imap.secure and imap.port (993 with secure: true, 143 with secure: false); for a certificate of a private authority set imap.ca.',
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return retrying('dns', `Nobody knows the mail server ${config.host}`, 'Check imap.host and the name server.');
  if (code === 'ECONNREFUSED')
    return retrying('refused', `Nothing listens at ${place}`, 'Check imap.host and imap.port.');
  if (['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'ETIMEOUT', 'ETIMEDOUT'].includes(code))
    return retrying('timeout', `${place} does not answer`);
  if (failure.authenticationFailed === true)
    return retrying('login_unavailable', `The mail server lets nobody in now: ${words}`);
  return retrying('network', `The connection to ${place} was lost: ${words}`);
}

function isDisabled(message: string): boolean {
  return message === 'Login is disabled' || message === 'No matching authentication method';
}

function wordsOf(response: unknown): string | null {
  return typeof response === 'string' && response !== '' ? response.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300) : null;
}

function retrying(code: string, message: string, mend?: string): Trouble {
  return { state: { state: 'retrying', code, message, ...(mend === undefined ? {} : { mend }) }, slow: false };
}

function stopped(code: string, message: string, mend: string, trouble?: 'needs_login'): Trouble {
  return {
    state: { state: 'stopped', code, message, mend, ...(trouble === undefined ? {} : { trouble }) },
    slow: true,
  };
}
