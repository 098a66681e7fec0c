import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { createMailSimulator } from '../../../channels/email/simulator/index.ts';
import { startDovecot } from '../../kit/servers/dovecot.ts';
import { startPostfix } from '../../kit/servers/postfix.ts';

/** A mail as it lies in a customer's mailbox. */
export interface Received {
  messageId: string;
  inReplyTo: string | null;
  text: string;
  subject: string;
  replyTo: string;
}

/** A customer's mail on its way to us. */
export interface Sent {
  from: string;
  messageId: string;
  subject: string;
  text: string;
  to?: string;
  inReplyTo?: string;
}

/** Servers of mail with our mailbox and those of customers. */
export interface MailProvider {
  readonly name: string;
  readonly address: string;
  /** What belongs into the account besides its id and channel. */
  readonly settings: object;
  write(mail: Sent): Promise<void>;
  /** Everything in a customer's mailbox, oldest first. */
  inbox(address: string): Promise<Received[]>;
  /** Trouble of one kind between two crashes. */
  disturb(random: () => number): Promise<void>;
  /** No trouble any more. */
  calm(): Promise<void>;
  close(): Promise<void>;
}

const DOMAIN = 'parley.test';
export const CUSTOMERS = Array.from({ length: 6 }, (_, index) => `customer${index}@${DOMAIN}`);
const SUPPORT = `support@${DOMAIN}`;

async function readMail(raw: Uint8Array): Promise<Received> {
  const mail = await PostalMime.parse(raw);
  return {
    messageId: mail.messageId ?? '',
    inReplyTo: mail.inReplyTo ?? null,
    text: (mail.text ?? '').replaceAll('\r\n', '\n'),
    subject: mail.subject ?? '',
    replyTo: mail.replyTo?.[0]?.address ?? mail.from?.address ?? '',
  };
}

function bytesOf({ from, messageId, subject, text, inReplyTo, to = SUPPORT }: Sent): Promise<Buffer> {
  const references = inReplyTo === undefined ? {} : { inReplyTo, references: [inReplyTo] };
  return new MailComposer({ from, to, messageId, subject, text, ...references }).compile().build();
}

/** Another program of our own mailbox: marks mails as read, and takes some away once we have them. */
async function meddle(at: { port: number; user: string; password: string }): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: at.port,
    secure: false,
    tls: { rejectUnauthorized: false },
    auth: { user: at.user, pass: at.password },
    logger: false,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    try {
      await client.messageFlagsAdd('1:*', ['\\Seen', '\\Flagged']);
    } finally {
      lock.release();
    }
    await client.logout();
  } catch {
    client.close();
  }
}

/** Our own simulator, with faults all the time. */
export async function simulatedProvider(seed: number): Promise<MailProvider> {
  const simulator = createMailSimulator({ address: SUPPORT, seed });
  await simulator.start();
  const { faults } = simulator;
  faults.add({ kind: 'cut_fetch', probability: 0.05 });
  faults.add({ kind: 'imap_cut', probability: 0.01 });
  faults.add({ kind: 'idle_silent', probability: 0.1 });
  faults.add({ kind: 'smtp_refuse', at: 'recipient', code: 451, words: '4.7.1 Greylisted', probability: 0.05 });
  faults.add({ kind: 'smtp_cut', at: 'answer', probability: 0.04 });
  faults.add({ kind: 'smtp_cut', at: 'answer', lost: true, probability: 0.02 });
  faults.add({ kind: 'smtp_cut', at: 'content', probability: 0.03 });
  faults.add({ kind: 'smtp_cut', at: 'connect', probability: 0.03 });
  const login = { secure: false, user: SUPPORT, password: simulator.password };
  return {
    name: 'simulator',
    address: SUPPORT,
    settings: {
      address: SUPPORT,
      imap: { ...simulator.imap, ...login, pollMs: 1_000 },
      smtp: { ...simulator.smtp, ...login },
      authservIds: [simulator.authservId],
    },
    async write(mail) {
      simulator
        .customer(mail.from)
        .writeRaw(await bytesOf(mail), { proof: 'dkim', exact: true, to: [mail.to ?? SUPPORT] });
    },
    inbox: (address) => Promise.all(simulator.mailbox(address).inbox.mails.map(({ raw }) => readMail(raw))),
    async disturb(random) {
      const dice = random();
      const { inbox } = simulator.mailbox();
      if (dice < 0.25) {
        await simulator.suspend();
        await sleep(300);
        await simulator.resume();
      } else if (dice < 0.4) simulator.cutAll();
      else if (dice < 0.6) {
        inbox.renumber();
        simulator.cutAll();
      } else if (dice < 0.8) await meddle({ port: simulator.imap.port, user: SUPPORT, password: simulator.password });
    },
    calm: () => Promise.resolve(faults.clear()),
    close: () => simulator.stop(),
  };
}

/** A real Dovecot and a real Postfix. */
export async function realProvider(): Promise<MailProvider> {
  const dovecot = await startDovecot();
  const users = ['support', ...CUSTOMERS.map((address) => address.slice(0, address.indexOf('@')))];
  const postfix = await startPostfix({ dovecot, domain: DOMAIN, users });
  const mx = createTransport({ host: '127.0.0.1', port: postfix.port, secure: false, ignoreTLS: true });
  const folderOf = (address: string): string => join(dovecot.mailRoot, address);
  const filesIn = (address: string): string[] =>
    ['cur', 'new'].flatMap((part) => {
      try {
        return readdirSync(join(folderOf(address), part)).map((name) => join(folderOf(address), part, name));
      } catch {
        return [];
      }
    });
  return {
    name: 'Dovecot and Postfix',
    address: SUPPORT,
    settings: {
      address: SUPPORT,
      imap: {
        host: '127.0.0.1',
        port: dovecot.port,
        secure: false,
        starttls: false,
        user: SUPPORT,
        password: dovecot.password,
        pollMs: 1_000,
      },
      smtp: {
        host: '127.0.0.1',
        port: postfix.port,
        secure: false,
        starttls: false,
        user: SUPPORT,
        password: dovecot.password,
      },
    },
    async write(mail) {
      const raw = await bytesOf(mail);
      for (;;) {
        try {
          await mx.sendMail({ envelope: { from: mail.from, to: [mail.to ?? SUPPORT] }, raw });
          return;
        } catch {
          // It is being restarted; a sender's own server would wait as well.
          await sleep(200);
        }
      }
    },
    inbox: (address) =>
      Promise.all(
        filesIn(address)
          .sort()
          .map((file) => readMail(readFileSync(file))),
      ),
    async disturb(random) {
      const dice = random();
      if (dice < 0.25) {
        await dovecot.kill9();
        await dovecot.start();
      } else if (dice < 0.45) {
        await postfix.stop();
        await postfix.start();
      } else if (dice < 0.7) await meddle({ port: dovecot.port, user: SUPPORT, password: dovecot.password });
    },
    calm: () => Promise.resolve(),
    async close() {
      mx.close();
      await postfix.close();
      await dovecot.close();
    },
  };
}
