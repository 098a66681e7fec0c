import { setTimeout as sleep } from 'node:timers/promises';
import { writeBounce } from './delivery-status.ts';
import type { DrawnFaults, FaultRule } from './faults.ts';
import type { createMailLog } from './mail-log.ts';
import { type AcceptedMail, messageIdOf } from './mail-log.ts';
import type { StoredMail } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';

/** What the receiving server found out about the sender. `none`: it could not tell. */
export type Proof = 'dkim' | 'fail' | 'none';

/** A mail as it comes to the receiving server. */
export interface Incoming {
  by: AcceptedMail['by'];
  user: string | null;
  from: string;
  recipients: readonly string[];
  raw: Buffer;
  proof?: Proof;
  /** Default: INBOX. */
  folder?: string;
  /** When it came in, for mail that is older; default: now. */
  internalDateMs?: number;
}

/** Takes mails in and puts them into mailboxes, as a receiving server does. */
export interface PostOffice {
  /** @returns what lies in the mailboxes now, one a recipient */
  take(mail: Incoming): { accepted: AcceptedMail; stored: StoredMail[] };
  /** Ends what waits (late bounces). */
  stop(): void;
}

export function createPostOffice(world: {
  mailboxes: Mailboxes;
  log: ReturnType<typeof createMailLog>;
  faults: DrawnFaults;
  /** With what name Authentication-Results are signed. */
  authservId: string;
}): PostOffice {
  const { mailboxes, log, faults, authservId } = world;
  const stopping = new AbortController();

  const put = (mail: Incoming, recipient: string): StoredMail => {
    const mailbox = mailboxes.of(recipient);
    const folder = mailbox.folder(mail.folder ?? 'INBOX') ?? mailbox.create(mail.folder ?? 'INBOX');
    const raw = Buffer.concat([Buffer.from(trace(mail, recipient, authservId), 'utf8'), mail.raw]);
    return folder.add(raw, mail.internalDateMs === undefined ? {} : { internalDateMs: mail.internalDateMs });
  };
  const bounce = async (mail: Incoming, recipient: string, rule: FaultRule): Promise<void> => {
    const action = rule.action ?? 'failed';
    const words = {
      recipient,
      action,
      status: action === 'failed' ? '5.1.1' : '4.4.1',
      diagnostic: rule.words ?? (action === 'failed' ? '550 5.1.1 No such user here' : '451 4.4.1 No answer from host'),
    };
    await sleep(rule.latencyMs ?? 0, undefined, { signal: stopping.signal, ref: false });
    const raw = writeBounce(mail.raw, mail.from, authservId, words);
    office.take({ by: 'inside', user: null, from: '', recipients: [mail.from], raw });
  };

  const office: PostOffice = {
    take(mail) {
      const { by, user, from, recipients, raw } = mail;
      const accepted = log.add({ by, user, from, recipients, raw });
      const stored: StoredMail[] = [];
      for (const recipient of recipients) {
        const rule = from === '' ? null : faults.draw(['bounce'], { address: recipient });
        if (rule === null) stored.push(put(mail, recipient));
        // Only stopping ends it early.
        else bounce(mail, recipient, rule).catch(() => undefined);
      }
      return { accepted, stored };
    },
    stop: () => stopping.abort(),
  };
  return office;
}

/** The header fields a receiving server puts on top (RFC 5321, 4.4; RFC 8601). */
function trace(mail: Incoming, recipient: string, authservId: string): string {
  const domain = mail.from.slice(mail.from.lastIndexOf('@') + 1);
  const id = messageIdOf(mail.raw)?.replaceAll(/\W/gu, '').slice(0, 12) ?? 'unnamed';
  const results: Readonly<Record<Proof, string>> = {
    dkim: `dkim=pass header.d=${domain}; spf=pass smtp.mailfrom=${mail.from}; dmarc=pass header.from=${domain}`,
    fail: `dkim=fail header.d=${domain}; spf=fail smtp.mailfrom=${mail.from}; dmarc=fail header.from=${domain}`,
    none: `dkim=none; spf=none smtp.mailfrom=${mail.from}; dmarc=none`,
  };
  return [
    `Return-Path: <${mail.from}>`,
    `Delivered-To: ${recipient}`,
    `Authentication-Results: ${authservId}; ${results[mail.proof ?? 'none']}`,
    `Received: from ${domain === '' ? authservId : domain} by ${authservId} with ESMTP id ${id} for <${recipient}>; ${new Date().toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\r\n');
}
