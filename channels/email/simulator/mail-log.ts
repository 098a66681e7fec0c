/** One mail a server of the simulator took for delivery. */
export interface AcceptedMail {
  /** Counts all mails accepted, from 1. */
  order: number;
  atMs: number;
  /** `submission`: from one of our accounts. `mx`: from outside. `inside`: written by a customer of the simulator. */
  by: 'submission' | 'mx' | 'inside';
  /** Whoever signed in; null where nobody needs to. */
  user: string | null;
  /** Of the envelope; empty for bounces. */
  from: string;
  recipients: readonly string[];
  /** As it stands in the mail, with its brackets; null without one. */
  messageId: string | null;
  raw: Buffer;
}

export interface MailLog {
  readonly mails: readonly AcceptedMail[];
  /** Copies accepted for a recipient under a Message-ID. */
  copies(messageId: string, recipient?: string): readonly AcceptedMail[];
  onMail(listener: (mail: AcceptedMail) => void): () => void;
}

export function createMailLog(): MailLog & {
  add(mail: Omit<AcceptedMail, 'order' | 'atMs' | 'messageId'>): AcceptedMail;
} {
  const mails: AcceptedMail[] = [];
  const listeners = new Set<(mail: AcceptedMail) => void>();
  return {
    mails,
    copies: (messageId, recipient) =>
      mails.filter(
        (mail) =>
          mail.messageId === messageId &&
          (recipient === undefined || mail.recipients.some((one) => one.toLowerCase() === recipient.toLowerCase())),
      ),
    onMail(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(mail) {
      const accepted = { ...mail, order: mails.length + 1, atMs: Date.now(), messageId: messageIdOf(mail.raw) };
      mails.push(accepted);
      for (const listener of listeners) listener(accepted);
      return accepted;
    },
  };
}

/** The Message-ID of a mail as it is written, or null. */
export function messageIdOf(raw: Buffer): string | null {
  const text = raw.subarray(0, 100_000).toString('latin1');
  const end = /\r?\n\r?\n/u.exec(text)?.index ?? text.length;
  return /^message-id:\s*(\S[^\r\n]*?)\s*$/imu.exec(text.slice(0, end))?.[1] ?? null;
}
