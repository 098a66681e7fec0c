import { brandId } from '../../../src/core/model/ids.ts';
import type { NewMessage, Work } from '../../../src/core/ports/pipeline-store.ts';

/** A new message of a customer, numbered from 1. */
export function newMessage(seq: number, text: string): NewMessage {
  return { id: brandId(`m${seq}`), seq, text, standIn: null, arrives: false, entry: null };
}

/** A leased thread of the bot with these new messages, changed as wanted. */
export function workOf(
  messages: readonly NewMessage[],
  changes: Partial<Omit<Work, 'conversation'>> & { conversation?: Partial<NonNullable<Work['conversation']>> } = {},
): Work {
  const { conversation, ...rest } = changes;
  return {
    threadId: brandId('t1'),
    token: 7,
    accountId: brandId('mem'),
    address: '1',
    threadKind: 'private',
    contactId: brandId('p1'),
    aloneDeaths: 0,
    conversation: {
      id: brandId('c1'),
      ownerKind: 'bot',
      ownerVersion: 3,
      language: null,
      languageHint: 'en',
      memory: { asked: 1 },
      secretPending: false,
      ...conversation,
    },
    messages,
    turn: null,
    delivery: null,
    botSaid: null,
    nowMs: 1_000_000,
    callBeforeMs: Number.POSITIVE_INFINITY,
    ...rest,
  };
}
