import { composeLetter, type Letter } from './compose.ts';
import { messageIdOf } from './mail-log.ts';
import type { Mailbox } from './mailbox.ts';
import type { PostOffice, Proof } from './post-office.ts';
import { type ReadLetter, readLetter } from './read-letter.ts';

/** How a mail comes in. */
export interface SendingOptions {
  /** Default: our support address. */
  to?: readonly string[];
  /** What our server finds out about the sender; default: none. */
  proof?: Proof;
  /** The folder our server puts it into, such as Spam; default: INBOX. */
  folder?: string;
  /** Envelope sender; default: the customer. Empty: none, as machines do. */
  envelopeFrom?: string;
  /** When it came in; default: now. */
  internalDateMs?: number;
}

/** A mail on its way to us. */
export interface WrittenLetter {
  messageId: string | null;
  raw: Buffer;
  /** Its UID in our mailbox, of the first recipient. */
  uid: number;
}

/** Somebody with a mail address, who writes to us and reads what we answer. */
export interface MailCustomer {
  readonly address: string;
  readonly name: string | null;
  /** What lies in their mailbox; for tests that read it over IMAP. */
  readonly mailbox: Mailbox;
  write(letter: Letter, options?: SendingOptions): Promise<WrittenLetter>;
  /** Sends bytes as they are; line ends are made CRLF unless `exact`. */
  writeRaw(raw: Buffer | string, options?: SendingOptions & { exact?: boolean }): WrittenLetter;
  /** Answers one of our mails as Gmail does: the new words above, the old mail quoted below in text and HTML. */
  reply(to: ReadLetter, letter: Letter, options?: SendingOptions): Promise<WrittenLetter>;
  /** Everything that reached them, oldest first. */
  inbox(): Promise<ReadLetter[]>;
  /** The first mail that fits, also one that is there already. @throws {Error} after `timeoutMs` */
  waitForMail(fits?: (mail: ReadLetter) => boolean, timeoutMs?: number): Promise<ReadLetter>;
}

const WAIT_MS = 5_000;

export function createCustomer(
  person: { address: string; name?: string },
  world: { office: PostOffice; mailbox: Mailbox; supportAddress: string },
): MailCustomer {
  const { office, mailbox, supportAddress } = world;
  const recipientsOf = (options: SendingOptions): readonly string[] => options.to ?? [supportAddress];

  const hand = (raw: Buffer, options: SendingOptions, copies: readonly string[] = []): WrittenLetter => {
    const { stored } = office.take({
      by: 'inside',
      user: null,
      from: options.envelopeFrom ?? person.address,
      recipients: [...recipientsOf(options), ...copies],
      raw,
      ...(options.proof === undefined ? {} : { proof: options.proof }),
      ...(options.folder === undefined ? {} : { folder: options.folder }),
      ...(options.internalDateMs === undefined ? {} : { internalDateMs: options.internalDateMs }),
    });
    return { messageId: messageIdOf(raw), raw, uid: stored[0]?.uid ?? 0 };
  };

  const customer: MailCustomer = {
    address: person.address,
    name: person.name ?? null,
    mailbox,
    async write(letter, options = {}) {
      const raw = await composeLetter(letter, { from: person, to: recipientsOf(options) });
      return hand(raw, options, letter.cc);
    },
    writeRaw(raw, { exact = false, ...options } = {}) {
      const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw, 'utf8');
      if (exact) return hand(bytes, options);
      return hand(Buffer.from(bytes.toString('latin1').replaceAll(/\r?\n/gu, '\r\n'), 'latin1'), options);
    },
    reply(to, letter, options = {}) {
      const where = options.to ?? (to.replyTo.length > 0 ? to.replyTo : [to.from.address]);
      const parent = to.messageId === null ? [] : [to.messageId];
      return customer.write(
        {
          subject: /^re:/iu.test(to.subject) ? to.subject : `Re: ${to.subject}`,
          ...(to.messageId === null ? {} : { inReplyTo: to.messageId }),
          references: [...to.references, ...parent],
          ...letter,
          ...quoteOf(to, letter),
        },
        { ...options, to: where },
      );
    },
    inbox: () => Promise.all(mailbox.inbox.mails.map(readLetter)),
    async waitForMail(fits = () => true, timeoutMs = WAIT_MS) {
      const deadlineMs = performance.now() + timeoutMs;
      for (let at = 0; ; ) {
        const { mails } = mailbox.inbox;
        for (; at < mails.length; at += 1) {
          const mail = mails[at];
          const letter = mail === undefined ? null : await readLetter(mail);
          if (letter !== null && fits(letter)) return letter;
        }
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0)
          throw new Error(`no such mail for ${person.address} within ${timeoutMs} ms; ${mails.length} came`);
        await changeOf(mailbox, leftMs);
      }
    },
  };
  return customer;
}

/** Waits for a change of the inbox, at most this long. */
function changeOf(mailbox: Mailbox, atMostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = mailbox.inbox.onChange(done);
    const timer = setTimeout(done, atMostMs);
  });
}

function quoteOf(to: ReadLetter, { text = '', html }: Letter): { text: string; html: string } {
  const said = `On ${new Date().toUTCString().slice(0, 22)}, ${to.from.name || to.from.address} <${to.from.address}> wrote:`;
  const quoted = to.text
    .trimEnd()
    .split(/\r?\n/u)
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
  const own = html ?? `<div dir="ltr">${escapeHtml(text).replaceAll('\n', '<br>')}</div>`;
  const old = to.html ?? escapeHtml(to.text).replaceAll('\n', '<br>');
  return {
    text: `${text}\n\n${said}\n\n${quoted}\n`,
    html: `${own}<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${escapeHtml(said)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${old}</blockquote></div>`,
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
