import { linked } from '../../../src/core/linked-signal.ts';
import type { ProbeResult } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import type { SmtpConfig } from '../config.ts';
import { describeReply, type SmtpResult } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import { OutgoingMail, type RawMail, sizeOf } from './outgoing-mail.ts';
import { domainOf } from './smtp-reply.ts';
import { type Envelope, openSession, SmtpNotOpened, type SmtpSession } from './smtp-session.ts';

/** Times, all in milliseconds; changed only by tests. */
export interface SmtpTimes {
  /** Most a connection may take to stand. */
  connectMs: number;
  /** Most a small mail may take altogether, the connection included. */
  sendMs: number;
  /** How long an idle connection is kept. Many servers close after 10 s to 5 min. */
  idleMs: number;
}

export const SMTP_TIMES: SmtpTimes = { connectMs: 5_000, sendMs: 9_500, idleMs: 20_000 };

/** From here on a mail counts as large and may take longer than a call does otherwise. */
const LARGE_BYTES = 500_000;
/** The slowest line a large mail is waited for. */
const BYTES_PER_MS = 100;
const LONGEST_MS = 300_000;

/** Longest a mail may take, ms, by its size: under 10 s but for large ones. */
export function smtpTimeMs(sizeBytes: number, sendMs = SMTP_TIMES.sendMs): number {
  return sizeBytes <= LARGE_BYTES ? sendMs : Math.min(LONGEST_MS, sendMs + Math.ceil(sizeBytes / BYTES_PER_MS));
}

export interface SmtpSenderOptions {
  config: SmtpConfig;
  /** Our own address; its domain is our name in EHLO where none is set. */
  address: string;
  credentials: Credentials;
  log: Log;
  times?: Partial<SmtpTimes>;
}

/** Hands mails to the account's server, over a few connections that are kept while there is work. */
export interface SmtpSender {
  /**
   * One try for one mail, never repeated once the server may have it. Every trouble is a result. `raw` has CRLF line ends and
   * its own Message-ID and Date; nothing is added to it.
   */
  send(mail: { envelope: Envelope; raw: RawMail }, signal: AbortSignal): Promise<SmtpResult>;
  /** Connects and signs in, for `doctor`. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
  /** Ends all connections; what is under way is cut. */
  close(): Promise<void>;
}

/**
 * A pool of our own over nodemailer's connection: its pool sends a mail again by itself when a connection breaks, and does not
 * tell how far a mail got.
 */
export function createSmtpSender(options: SmtpSenderOptions): SmtpSender {
  const times = { ...SMTP_TIMES, ...options.times };
  const { config, log } = options;
  const idle: { session: SmtpSession; timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  let open = 0;

  const enter = async (signal: AbortSignal): Promise<boolean> => {
    while (open >= config.maxConnections) {
      if (signal.aborted || !(await myTurn(waiting, signal))) return false;
    }
    open += 1;
    return true;
  };
  const leave = (session: SmtpSession | null): void => {
    open -= 1;
    if (session?.usable === true && session.sent < config.maxMessages && !closing.signal.aborted) {
      const entry = { session, timer: setTimeout(() => drop(entry), times.idleMs).unref() };
      idle.push(entry);
    } else session?.end();
    waiting.shift()?.();
  };
  const drop = (entry: (typeof idle)[number]): void => {
    const at = idle.indexOf(entry);
    if (at >= 0) idle.splice(at, 1);
    clearTimeout(entry.timer);
    entry.session.end();
  };
  const takeIdle = (): SmtpSession | null => {
    for (let entry = idle.pop(); entry !== undefined; entry = idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.session.usable) return entry.session;
    }
    return null;
  };
  const fresh = (signal: AbortSignal): Promise<SmtpSession> =>
    openSession(
      {
        config,
        clientName: config.name ?? domainOf(options.address),
        credentials: options.credentials,
        connectMs: times.connectMs,
      },
      signal,
    );

  const attempt = async (envelope: Envelope, raw: RawMail, signal: AbortSignal): Promise<SmtpResult> => {
    let session = takeIdle();
    const kept = session !== null;
    try {
      session ??= await fresh(signal);
      const mail = new OutgoingMail(raw);
      const result = await session.send(envelope, mail, sizeOf(raw), signal);
      // A kept connection may have died unnoticed; the mail had not begun, so it is no second try of the mail.
      const closing = result.kind === 'refused' && result.reply.code === 421;
      const stale = kept && (result.kind === 'not_sent' || closing) && !mail.begun && !signal.aborted;
      if (!stale) return result;
      session = await fresh(signal);
      return await session.send(envelope, new OutgoingMail(raw), sizeOf(raw), signal);
    } catch (error) {
      if (error instanceof SmtpNotOpened) return error.result;
      throw error;
    } finally {
      leave(session);
    }
  };

  return {
    async send({ envelope, raw }, signal) {
      const limitMs = smtpTimeMs(sizeOf(raw), times.sendMs);
      return await until([signal, closing.signal], limitMs, async (until) => {
        if (!(await enter(until))) {
          return { kind: 'not_sent', code: 'busy', reason: 'no connection to the mail server became free in time' };
        }
        const startedMs = performance.now();
        const result = await attempt(envelope, raw, until);
        const tookMs = Math.round(performance.now() - startedMs);
        log.debug({ kind: result.kind, recipients: envelope.to.length, bytes: sizeOf(raw), tookMs }, 'mail tried');
        return result;
      });
    },
    async probe(signal) {
      try {
        const session = await until([signal, closing.signal], times.sendMs, fresh);
        session.end();
        return { ok: true, message: `SMTP: ${config.host} lets us in` };
      } catch (error) {
        if (error instanceof SmtpNotOpened) return { ok: false, ...explain(error.result, config) };
        throw error;
      }
    },
    async close() {
      closing.abort();
      while (idle.length > 0) idle.pop()?.session.end();
    },
  };
}

/** Acts under a signal that aborts with any of these, or when the time is up. */
async function until<T>(
  signals: readonly AbortSignal[],
  ms: number,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const attempt = linked(signals, ms);
  try {
    return await act(attempt.signal);
  } finally {
    attempt.release();
  }
}

/** Waits until called from the queue. @returns false when aborted first */
function myTurn(waiting: (() => void)[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      resolve(true);
    };
    const abort = (): void => {
      const at = waiting.indexOf(settle);
      if (at >= 0) waiting.splice(at, 1);
      resolve(false);
    };
    waiting.push(settle);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function explain(result: SmtpNotOpened['result'], { host, port }: SmtpConfig): { message: string; mend: string } {
  if (result.kind === 'auth_refused') {
    return {
      message: `SMTP: ${result.reason}`,
      mend: 'Check smtp.user and smtp.password (an app password where the provider wants one), or give consent again for smtp.oauth.',
    };
  }
  const said = result.kind === 'refused' ? describeReply(result.reply) : result.reason;
  const mends: Readonly<Record<string, string>> = {
    dns: `Check smtp.host: nobody knows ${host}.`,
    refused: `Check smtp.host and smtp.port: nothing listens at ${host}:${port}.`,
    timeout: `Check smtp.host, smtp.port and the firewall: ${host}:${port} does not answer.`,
    tls: 'Check smtp.secure and smtp.port (465 with secure: true, 587 with secure: false), and smtp.ca for a private authority.',
  };
  const mend = result.kind === 'not_sent' ? mends[result.code] : undefined;
  return {
    message: `SMTP: ${said}`,
    mend: mend ?? 'Ask whoever runs the mail server why it refuses us; we try again by itself.',
  };
}
