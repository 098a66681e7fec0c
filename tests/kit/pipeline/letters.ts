import { brandId } from '../../../src/core/model/ids.ts';
import type { InboundMessage, Participant } from '../../../src/core/model/inbound.ts';
import { createAccountRecords } from '../../../src/store/account-records.ts';
import type { Database } from '../../../src/store/database.ts';
import { customerMessage } from './memory-channel.ts';

/** Somebody who takes part in a thread of letters. */
export function participant(externalId: string, proven = true, role: Participant['role'] = 'customer'): Participant {
  return { externalId, name: '', role, proven };
}

/** A letter that begins a thread of its own, or joins the one it names. */
export function letter(from: string, thread: string, extra: Partial<InboundMessage> = {}): InboundMessage {
  const message = customerMessage(thread, `letter ${thread}`);
  const author = { externalId: from, displayName: from, isBot: false };
  return {
    ...message,
    author,
    externalId: `mid:${thread}#1`,
    subject: `About ${thread}`,
    participants: [participant(from)],
    ...extra,
  };
}

/** The records of an account of the memory channel, whose seals and signatures are the text itself. */
export const recordsIn = (database: Database, account = 'mem') =>
  createAccountRecords(brandId(account), {
    database,
    seal: (plain) => plain,
    open: (sealed) => sealed,
    sign: (value) => value,
    signatureOf: (team) => `the team ${team}`,
  });
