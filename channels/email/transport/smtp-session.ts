import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { encryptionOf, type SmtpConfig } from '../config.ts';
import { NeedsLogin, type SmtpResult, TokenUnavailable } from '../errors.ts';
import type { Credentials, SignIn } from './credentials.ts';
import type { OutgoingMail } from './outgoing-mail.ts';
import { connectFailure, type NotOpened, sendFailure, signInFailure, takenOf } from './smtp-failures.ts';

/** Whom a mail goes to, and whom its bounces go to (empty: nobody, RFC 5321, 4.5.5). */
export interface Envelope {
  from: string;
  to: readonly string[];
}

/** A connection that could not be made, or was not let in. */
export class SmtpNotOpened extends Error {
  override readonly name = 'SmtpNotOpened';
  readonly result: NotOpened;

  constructor(result: NotOpened) {
    super(`no SMTP session: ${result.kind}`);
    this.result = result;
  }
}

/** One signed-in connection. It takes one mail at a time. */
export interface SmtpSession {
  /** Mails handed over so far. */
  readonly sent: number;
  /** Whether another mail may be tried on it. */
  readonly usable: boolean;
  /** One try. Resolves with its result in every case; `signal` ends the connection. */
  send(envelope: Envelope, mail: OutgoingMail, sizeBytes: number, signal: AbortSignal): Promise<SmtpResult>;
  /** Says QUIT where that is still possible, and lets go. */
  end(): void;
}

export interface SessionOptions {
  config: SmtpConfig;
  /** The name in EHLO. */
  clientName: string;
  credentials: Credentials;
  /** Most a connection may take to stand, ms: name, TCP, TLS, greeting. */
  connectMs: number;
}

/** nodemailer's own wait is a last resort; every wait has a shorter one of ours. */
const SOCKET_TIMEOUT_MS = 600_000;
const QUIT_MS = 1_000;
/** Our own name for XOAUTH2: under that one nodemailer wants a token generator of its own. */
const BEARER = 'PARLEY-BEARER';

/**
 * Connects and signs in; where a token is refused, once more with a new one.
 * @throws {SmtpNotOpened}
 */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<SmtpSession> {
  let refused: string | undefined;
  for (;;) {
    const signIn = await signInOf(options.credentials, signal, refused);
    try {
      return await openWith(options, signIn, signal);
    } catch (error) {
      const isRefused = error instanceof SmtpNotOpened && error.result.kind === 'auth_refused';
      if (!isRefused || signIn.kind !== 'token' || refused !== undefined) throw error;
      refused = signIn.accessToken;
    }
  }
}

async function signInOf(credentials: Credentials, signal: AbortSignal, refused: string | undefined): Promise<SignIn> {
  try {
    return await credentials.signIn(signal, refused);
  } catch (error) {
    if (error instanceof NeedsLogin) throw new SmtpNotOpened({ kind: 'auth_refused', reason: error.message });
    if (error instanceof TokenUnavailable)
      throw new SmtpNotOpened({ kind: 'not_sent', code: error.code, reason: error.message });
    throw error;
  }
}

async function openWith(options: SessionOptions, signIn: SignIn, signal: AbortSignal): Promise<SmtpSession> {
  const wire = new Wire(connectionOf(options, signIn));
  try {
    await wire.step<void>(signal, (connection, done) => connection.connect((error) => done(error)), connectFailure);
    if (signIn.kind !== 'none')
      await wire.step(signal, (connection, done) => connection.login(loginOf(signIn), done), signInFailure);
  } catch (error) {
    wire.close();
    throw error;
  }
  let sent = 0;
  return {
    get sent() {
      return sent;
    },
    get usable() {
      return wire.open;
    },
    async send(envelope, mail, sizeBytes, signal) {
      sent += 1;
      const mailOf = { from: envelope.from, to: [...envelope.to], size: sizeBytes, use8BitMime: true };
      try {
        return takenOf(await wire.step(signal, (connection, done) => connection.send(mailOf, mail, done)));
      } catch (error) {
        const result = sendFailure(error, mail);
        // After a refusal of an address the conversation goes on; after all else nobody knows where in it we are.
        const goesOn = result.kind === 'refused' && (result.at === 'recipients' || result.at === 'sender');
        if (!goesOn || !(await wire.reset(signal))) wire.close();
        return result;
      } finally {
        mail.destroy();
      }
    },
    end: () => wire.quit(),
  };
}

type Done<T> = (error: unknown, value?: T) => void;

/** One connection of nodemailer's, whose every step settles: it forgets a callback when we close it ourselves. */
class Wire {
  open = true;
  readonly #connection: SMTPConnection;
  #waiting: ((error: unknown) => void) | null = null;

  constructor(connection: SMTPConnection) {
    this.#connection = connection;
    connection.on('error', (error: unknown) => this.#gone(error));
    connection.on('end', () => this.#gone(new Error('the server closed the connection')));
  }

  /** Runs one step; rejects with its error, or with what `explain` makes of it, as an SmtpNotOpened. */
  step<T>(
    signal: AbortSignal,
    act: (connection: SMTPConnection, done: Done<T>) => void,
    explain?: (error: unknown) => NotOpened,
  ): Promise<T | undefined> {
    const abort = (): void => {
      this.#gone(new Error('given up: no end in the time there is, or we are stopping'));
      this.close();
    };
    return new Promise<T | undefined>((resolve, reject) => {
      const fail = (error: unknown): void => reject(explain === undefined ? error : new SmtpNotOpened(explain(error)));
      if (!this.open) return fail(new Error('the connection is closed'));
      this.#waiting = fail;
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) return abort();
      act(this.#connection, (error, value) => {
        if (error === null || error === undefined) resolve(value);
        else fail(error);
      });
    }).finally(() => {
      this.#waiting = null;
      signal.removeEventListener('abort', abort);
    });
  }

  /** Makes it ready for the next mail. @returns whether that worked */
  async reset(signal: AbortSignal): Promise<boolean> {
    try {
      await this.step(signal, (connection, done) => connection.reset(done));
      return true;
    } catch {
      return false;
    }
  }

  quit(): void {
    if (!this.open) return;
    this.open = false;
    this.#connection.quit();
    // A server that does not answer QUIT is not waited for.
    setTimeout(() => this.#connection.close(), QUIT_MS).unref();
  }

  close(): void {
    this.open = false;
    this.#connection.close();
  }

  #gone(error: unknown): void {
    this.open = false;
    this.#waiting?.(error);
  }
}

function connectionOf({ config, clientName, connectMs }: SessionOptions, signIn: SignIn): SMTPConnection {
  const encryption = encryptionOf(config);
  return new SMTPConnection({
    host: config.host,
    port: config.port,
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    ...(config.ca === undefined ? {} : { tls: { ca: config.ca } }),
    name: clientName,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // Cut, not closed in order: what we gave up must not arrive after all.
    socketCloseTimeout: 0,
    logger: false,
    ...(signIn.kind === 'token' ? { customAuth: { [BEARER]: xoauth2(signIn) } } : {}),
  });
}

function loginOf(signIn: Exclude<SignIn, { kind: 'none' }>): SMTPConnection.AuthenticationType {
  return signIn.kind === 'token'
    ? { method: BEARER, user: signIn.user, pass: '' }
    : { user: signIn.user, pass: signIn.password };
}

/** The mechanism of Google and Microsoft: one line; a refusal comes as a challenge that is answered with nothing. */
function xoauth2(signIn: Extract<SignIn, { kind: 'token' }>) {
  return async (context: SMTPConnection.CustomAuthenticationContext): Promise<void> => {
    const line = `user=${signIn.user}\u0001auth=Bearer ${signIn.accessToken}\u0001\u0001`;
    let answer = await context.sendCommand(`AUTH XOAUTH2 ${Buffer.from(line).toString('base64')}`);
    if (answer.status === 334) answer = await context.sendCommand('');
    // nodemailer adds the server's last answer to the error.
    if (answer.status !== 235) throw new Error('the token is refused');
  };
}
