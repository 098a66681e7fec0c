import { ImapFlow } from 'imapflow';
import type { Log } from '../../../src/core/ports/log.ts';
import { encryptionOf, type ImapConfig } from '../config.ts';
import type { Credentials, SignIn } from './credentials.ts';
import { isLargerThanSaid, isRefusedSignIn } from './imap-trouble.ts';

/** Times of the transport, all in milliseconds; changed only by tests. */
export interface ImapTimes {
  connectMs: number;
  /** How long an answer to a short command may take before the connection counts as dead. */
  answerMs: number;
  /** How often is looked for new mail though nothing was announced: IDLE dies without a word. */
  lookMs: number;
  /** How often IDLE is begun anew; servers may end it after 29 min (RFC 2177), routers much earlier. */
  idleMs: number;
  /** How often what the server holds is compared with what we hold. */
  countMs: number;
  firstRetryMs: number;
  maxRetryMs: number;
  /** Between two tries where only a person can help. */
  slowRetryMs: number;
  /** First wait after a mail could not be stored. */
  takeRetryMs: number;
}

export const IMAP_TIMES: ImapTimes = {
  connectMs: 15_000,
  answerMs: 30_000,
  lookMs: 120_000,
  idleMs: 280_000,
  countMs: 300_000,
  firstRetryMs: 1_000,
  maxRetryMs: 300_000,
  slowRetryMs: 300_000,
  takeRetryMs: 1_000,
};

export interface LinkOptions {
  config: ImapConfig;
  credentials: Credentials;
  log: Log;
  times: ImapTimes;
}

/** One signed-in connection, whose every command ends in time. */
export interface ImapLink {
  readonly client: ImapFlow;
  /** Whether it still stands. */
  readonly open: boolean;
  /** Runs one command; a connection that does not answer in time is closed. @throws whatever imapflow says */
  run<T>(act: (client: ImapFlow) => Promise<T>, withinMs?: number): Promise<T>;
  /** Calls back when the connection is gone, at once if it is; the returned function takes that back. */
  onClose(listener: () => void): () => void;
  /** Lets go of it at once. */
  end(): void;
}

/** Most of a mail beyond its own size that one answer may hold. */
const SLACK_BYTES = 10_000_000;
/** Nothing at all heard for this long while an answer is due: the connection is dead. */
const SILENCE_MS = 60_000;

/**
 * Connects and signs in; where a token is refused, once more with a new one.
 * @throws what {@link import('./imap-trouble.ts').troubleOf} reads
 */
export async function connectImap(options: LinkOptions, signal: AbortSignal): Promise<ImapLink> {
  let refused: string | undefined;
  for (;;) {
    const signIn = await options.credentials.signIn(signal, refused);
    try {
      return await connectWith(options, signIn, signal);
    } catch (error) {
      if (signIn.kind !== 'token' || refused !== undefined || !isRefusedSignIn(error)) throw error;
      refused = signIn.accessToken;
    }
  }
}

async function connectWith(options: LinkOptions, signIn: SignIn, signal: AbortSignal): Promise<ImapLink> {
  const { config, log, times } = options;
  const encryption = encryptionOf(config);
  const client = new ImapFlow({
    host: config.host,
    port: config.port,
    secure: encryption === 'tls',
    ...(encryption === 'tls' ? {} : { doSTARTTLS: encryption === 'starttls' }),
    ...(config.ca === undefined ? {} : { tls: { ca: config.ca } }),
    auth: authOf(signIn),
    logger: false,
    // Which moment is right for IDLE is known to us alone.
    disableAutoIdle: true,
    maxIdleTime: times.idleMs,
    connectionTimeout: times.connectMs,
    greetingTimeout: times.connectMs,
    socketTimeout: SILENCE_MS,
    maxLiteralSize: config.maxMailBytes + SLACK_BYTES,
    maxResponseSize: config.maxMailBytes + 2 * SLACK_BYTES,
    disableCompression: true,
    clientInfo: { name: 'Parley' },
  });
  const listeners = new Set<() => void>();
  let open = true;
  let tooLarge: Error | null = null;
  const gone = (): void => {
    open = false;
    for (const listener of listeners) listener();
    listeners.clear();
  };
  // Without a listener an error of the socket would end the process.
  client.on('error', (error: Error) => {
    log.debug({ code: 'code' in error ? error.code : undefined }, 'IMAP connection lost');
    if (isLargerThanSaid(error)) tooLarge = error;
    client.close();
  });
  client.on('close', gone);
  const abort = (): void => client.close();
  signal.addEventListener('abort', abort, { once: true });
  client.on('close', () => signal.removeEventListener('abort', abort));
  try {
    if (signal.aborted) throw new Error('stopped before it began');
    await within(client, client.connect(), times.connectMs * 2);
  } catch (error) {
    client.close();
    gone();
    signal.removeEventListener('abort', abort);
    throw error;
  }
  return {
    client,
    get open() {
      return open && client.usable;
    },
    async run(act, withinMs = times.answerMs) {
      try {
        return await within(client, act(client), withinMs);
      } catch (error) {
        // The library tells the command that its connection is gone, and why in an event alone.
        throw tooLarge ?? error;
      }
    },
    onClose(listener) {
      if (open) listeners.add(listener);
      else listener();
      return () => listeners.delete(listener);
    },
    end() {
      client.close();
      gone();
    },
  };
}

/** The answer, if it comes in time; else the connection is closed, which ends the wait of the library too. */
async function within<T>(client: ImapFlow, answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEOUT' }));
      client.close();
    }, ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // Whichever lost the race is not waited for, and must not count as unhandled.
    answer.catch(() => undefined);
  }
}

function authOf(signIn: SignIn): { user: string; pass?: string; accessToken?: string } {
  switch (signIn.kind) {
    case 'password':
      return { user: signIn.user, pass: signIn.password };
    case 'token':
      return { user: signIn.user, accessToken: signIn.accessToken };
    case 'none':
      return { user: '' };
  }
}
