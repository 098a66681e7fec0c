import { seededRandom } from '../../shared/seeded-random.ts';
import { waitFor } from '../../shared/simulator/wait-for.ts';
import { createCustomer, type MailCustomer } from './customers.ts';
import { createFaults, type Faults } from './faults.ts';
import { createImapServer } from './imap/server.ts';
import { type AcceptedMail, createMailLog, type MailLog } from './mail-log.ts';
import type { Mailbox } from './mailbox.ts';
import { createMailboxes } from './mailboxes.ts';
import { createPostOffice } from './post-office.ts';
import { createSmtpService } from './smtp/server.ts';

export type { Letter, MailFile } from './compose.ts';
export type { MailCustomer, SendingOptions, WrittenLetter } from './customers.ts';
export { FAULT_KINDS, type FaultKind, type FaultRule, type Faults, SMTP_STEPS, type SmtpStep } from './faults.ts';
export type { AcceptedMail, MailLog } from './mail-log.ts';
export type { Folder, Mailbox, StoredMail } from './mailbox.ts';
export type { Proof } from './post-office.ts';
export { type ReadLetter, readLetter } from './read-letter.ts';

/** Our address and its password, where none are asked for. */
export const DEFAULT_ADDRESS = 'support@parley.test';
export const DEFAULT_PASSWORD = 'simulator-password';

export interface MailSimulatorOptions {
  /** Our own address, which customers write to. */
  address?: string;
  password?: string;
  /** Other addresses of ours, with their passwords. */
  accounts?: readonly { address: string; password: string }[];
  /** Ports on 127.0.0.1; 0 (the default) takes a free one. */
  imapPort?: number;
  smtpPort?: number;
  mxPort?: number;
  /** The name our server signs Authentication-Results with. */
  authservId?: string;
  /** Largest mail its SMTP takes, bytes. Default 30 MB. */
  sizeBytes?: number;
  /** Seed of faults by probability, so that a run can be repeated. Default 1. */
  seed?: number;
}

/** Mail on loopback: our provider (IMAP, SMTP), and the people who write to us. Addresses of anybody exist once written to. */
export interface MailSimulator {
  readonly address: string;
  readonly password: string;
  readonly authservId: string;
  /** What belongs into `imap` and `smtp` of the account. Known after {@link MailSimulator.start}. */
  readonly imap: { host: string; port: number };
  readonly smtp: { host: string; port: number };
  /** Where servers of strangers bring mail for anybody here, without signing in. */
  readonly mx: { host: string; port: number };
  /** Every mail that was accepted for delivery; copies can be counted in it. */
  readonly log: MailLog;
  readonly faults: Faults;
  /** Clients of IMAP connected at the moment. */
  readonly imapConnections: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The person with this address. */
  customer(address: string, options?: { name?: string }): MailCustomer;
  /** A mailbox as the server keeps it; default: ours. */
  mailbox(address?: string): Mailbox;
  /** Stops both servers as a restart does; `resume` brings them back on the same ports, mail and all. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** Cuts every connection at once. */
  cutAll(): void;
  /** Resolves with the first mail accepted from us that fits, from now on. @throws {Error} after `timeoutMs` */
  waitForMail(fits: (mail: AcceptedMail) => boolean, timeoutMs?: number): Promise<AcceptedMail>;
}

const HOST = '127.0.0.1';
const DEFAULT_SIZE_BYTES = 30_000_000;
const WAIT_MS = 5_000;

/** Makes a simulator; nothing listens before `start()`. */
export function createMailSimulator(options: MailSimulatorOptions = {}): MailSimulator {
  const address = options.address ?? DEFAULT_ADDRESS;
  const password = options.password ?? DEFAULT_PASSWORD;
  const authservId = options.authservId ?? 'mx.parley.test';
  const faults = createFaults(seededRandom(options.seed ?? 1));
  const log = createMailLog();
  const mailboxes = createMailboxes();
  for (const account of [{ address, password }, ...(options.accounts ?? [])]) {
    mailboxes.of(account.address).password = account.password;
  }
  const office = createPostOffice({ mailboxes, log, faults, authservId });
  const sizeBytes = options.sizeBytes ?? DEFAULT_SIZE_BYTES;
  const ports = { imap: options.imapPort ?? 0, smtp: options.smtpPort ?? 0, mx: options.mxPort ?? 0 };

  const smtpOf = (role: 'submission' | 'mx') =>
    createSmtpService({
      role,
      name: authservId,
      mailboxes,
      faults,
      sizeBytes,
      deliver: (mail) => void office.take({ ...mail, by: role }),
    });
  // Made anew at each start: servers of Node listen once.
  const makeServices = () => ({
    imap: createImapServer(mailboxes, faults),
    smtp: smtpOf('submission'),
    mx: smtpOf('mx'),
  });
  let services = makeServices();

  const listen = async (): Promise<void> => {
    await Promise.all([
      services.imap.listen(ports.imap),
      services.smtp.listen(ports.smtp),
      services.mx.listen(ports.mx),
    ]);
    ports.imap = services.imap.port;
    ports.smtp = services.smtp.port;
    ports.mx = services.mx.port;
  };
  const close = async (): Promise<void> => {
    await Promise.all([services.imap.close(), services.smtp.close(), services.mx.close()]);
  };

  return {
    address,
    password,
    authservId,
    get imap() {
      return { host: HOST, port: ports.imap };
    },
    get smtp() {
      return { host: HOST, port: ports.smtp };
    },
    get mx() {
      return { host: HOST, port: ports.mx };
    },
    log,
    faults,
    get imapConnections() {
      return services.imap.connections;
    },
    start: listen,
    async stop() {
      office.stop();
      await close();
    },
    customer: (address, { name } = {}) =>
      createCustomer(
        { address, ...(name === undefined ? {} : { name }) },
        { office, mailbox: mailboxes.of(address), supportAddress: options.address ?? DEFAULT_ADDRESS },
      ),
    mailbox: (of = address) => mailboxes.of(of),
    suspend: close,
    async resume() {
      services = makeServices();
      await listen();
    },
    cutAll() {
      services.imap.cutAll();
      services.smtp.cutAll();
      services.mx.cutAll();
    },
    waitForMail: (fits, timeoutMs = WAIT_MS) =>
      waitFor(
        (listener) => log.onMail(listener),
        (mail) => mail.by === 'submission' && fits(mail),
        ({ by, recipients }) => `${by} to ${recipients.join(' ')}`,
        timeoutMs,
      ),
  };
}
