import { once } from 'node:events';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerSession } from 'smtp-server';
import type { DrawnFaults, SmtpStep } from '../faults.ts';
import type { Mailboxes } from '../mailboxes.ts';
import { createSmtpFront } from './front.ts';

/** A mail the server took. */
export interface TakenMail {
  user: string | null;
  from: string;
  recipients: string[];
  raw: Buffer;
}

/** An SMTP server on 127.0.0.1, without TLS. */
export interface SmtpService {
  readonly port: number;
  listen(port: number): Promise<void>;
  cutAll(): void;
  close(): Promise<void>;
}

/** A refusal in the form the library answers with. */
class Refusal extends Error {
  readonly responseCode: number;

  constructor(code: number, words: string) {
    super(words);
    this.responseCode = code;
  }
}

const CLOSE_WITHIN_MS = 50;

/**
 * @param options.role `submission`: only who signs in may send; `mx`: takes mail from anybody, without signing in
 * @param options.deliver called with each mail before it is confirmed
 */
export function createSmtpService(options: {
  role: 'submission' | 'mx';
  name: string;
  mailboxes: Mailboxes;
  faults: DrawnFaults;
  /** Largest mail, bytes. */
  sizeBytes: number;
  deliver(mail: TakenMail): void;
}): SmtpService {
  const { mailboxes, faults, sizeBytes } = options;
  const refusalAt = (at: SmtpStep, address?: string): Refusal | null => {
    const rule = faults.draw(['smtp_refuse'], { at, ...(address === undefined ? {} : { address }) });
    return rule === null ? null : new Refusal(rule.code ?? 550, rule.words ?? 'refused by a fault');
  };
  const userOf = (session: SMTPServerSession): string | null => {
    const user: unknown = session.user;
    return typeof user === 'string' ? user : null;
  };

  const server = new SMTPServer({
    name: options.name,
    banner: 'mail simulator',
    size: sizeBytes,
    authOptional: options.role === 'mx',
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    disabledCommands: options.role === 'mx' ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: CLOSE_WITHIN_MS,
    onConnect: (_, done) => done(refusalAt('connect')),
    onAuth(auth, _, done) {
      const refusal = refusalAt('auth', auth.username);
      if (refusal !== null) return done(refusal);
      if (isRight(mailboxes, auth)) return done(null, { user: auth.username });
      done(new Refusal(535, '5.7.8 Authentication credentials invalid'));
    },
    onMailFrom: ({ address }, _, done) => done(refusalAt('sender', address)),
    onRcptTo: ({ address }, _, done) => done(refusalAt('recipient', address)),
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('error', done);
      stream.once('end', () => {
        const refusal = stream.sizeExceeded ? new Refusal(552, '5.3.4 Message too big') : refusalAt('answer');
        if (refusal !== null) return done(refusal);
        const { mailFrom, rcptTo } = session.envelope;
        options.deliver({
          user: userOf(session),
          from: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces),
        });
        done(null, 'queued');
      });
    },
  });
  // A connection that a fault cut is no error of ours.
  server.on('error', () => undefined);

  let behind = 0;
  const front = createSmtpFront(() => behind, faults);
  return {
    get port() {
      return front.port;
    },
    async listen(port) {
      const listening = server.listen(0, '127.0.0.1');
      await once(listening, 'listening');
      const address = listening.address();
      if (address === null || typeof address === 'string') throw new Error('the SMTP server has no TCP address');
      behind = address.port;
      await front.listen(port);
    },
    cutAll: () => front.cutAll(),
    async close() {
      await front.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function isRight(mailboxes: Mailboxes, auth: SMTPServerAuthentication): boolean {
  const mailbox = mailboxes.find(auth.username ?? '');
  if (mailbox === undefined) return false;
  if (auth.method === 'XOAUTH2') return mailbox.tokens.has(auth.accessToken ?? '');
  return mailbox.password !== null && auth.password === mailbox.password;
}
