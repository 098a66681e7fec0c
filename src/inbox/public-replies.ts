import { Refused } from '../core/errors.ts';
import type { Answering } from '../core/model/inbox.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { ReplyAddress } from '../core/ports/inbox-store.ts';
import { type AccountDataKind, accountDataIn } from '../core/rules/account-data.ts';
import type { AnswerRefusal } from '../core/rules/public-answers.ts';

type Place = Pick<ReplyAddress, 'address' | 'threadKind' | 'entry'>;
type Account = Pick<ChannelAccount, 'publicAnswers' | 'refusalFor'>;

const REFUSED: Readonly<Record<AnswerRefusal, { message: string; mend: string }>> = {
  not_called: {
    message: 'the platform takes public answers only where our account was mentioned or quoted',
    mend: 'write a note, or wait until they call us by name',
  },
  unreachable_chat: {
    message: "only the customer's own devices can take part in this chat",
    mend: 'write to the customer on another channel',
  },
};

const KINDS: Readonly<Record<AccountDataKind, string>> = {
  email: 'a mail address',
  phone: 'a phone number',
  wallet: 'a wallet address',
  transaction: 'a transaction',
  bank: 'a bank account',
  number: 'a long number, such as an id',
};

/** How an answer would stand in a place. */
export function answeringIn(place: Place, account: Account | undefined): Answering {
  return {
    publicly: place.threadKind !== 'private' && account?.publicAnswers !== undefined,
    refusal: account?.refusalFor?.({ key: place.address, kind: place.threadKind, entry: place.entry }) ?? null,
  };
}

/** What is about to stand where everybody reads it may name nothing of somebody's account. @throws {Refused} `account_data_in_public` */
export function refuseAccountData(kind: Place['threadKind'], text: string, ours: readonly string[]): void {
  if (kind === 'private') return;
  const kinds = [...new Set(accountDataIn(text, ours).map((found) => KINDS[found.kind]))];
  if (kinds.length === 0) return;
  throw new Refused('account_data_in_public', `everybody would read ${kinds.join(' and ')}`, {
    mend: 'take it out, or go on with the customer in private',
  });
}

/**
 * Judges a reply by where it would stand: the platform has to take it, whoever sends it has to know that everybody reads it, and nothing
 * of somebody's account may stand there.
 * @param entry of the message that is answered
 * @throws {Refused} `not_called`, `unreachable_chat`, `account_data_in_public`, `confirm_public`
 */
export function judgePlace(
  place: Omit<Place, 'entry'>,
  entry: string | null,
  reply: { text: string; publicly?: boolean | undefined },
  account: Account,
  ours: readonly string[],
): void {
  const { refusal, publicly } = answeringIn({ ...place, entry }, account);
  if (refusal !== null) throw new Refused(refusal, REFUSED[refusal].message, { mend: REFUSED[refusal].mend });
  refuseAccountData(place.threadKind, reply.text, ours);
  if (publicly && reply.publicly !== true) {
    throw new Refused('confirm_public', 'everybody will read this answer', {
      mend: 'say that this is meant (publicly: true)',
    });
  }
}
