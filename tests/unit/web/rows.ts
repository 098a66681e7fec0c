import type { Conversation, Delivery, Message } from '../../../src/web/api/model.ts';

/** A moment of a day, by its minute. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 12, minute)).toISOString();

/** A conversation as the API gives it. */
export function conversation(change: Partial<Conversation> & { minute?: number }): Conversation {
  const { minute = 0, ...rest } = change;
  return {
    id: 'c',
    number: 1,
    version: 1,
    status: 'open',
    priority: 'normal',
    owner: { kind: 'bot', teamId: null, agent: null },
    ownerVersion: 0,
    contact: { id: 'p', name: 'Ann Miller', handle: 'ann', language: 'en' },
    block: null,
    channel: 'telegram',
    accountId: 'tg',
    threadKind: 'private',
    threadTitle: null,
    language: 'en',
    unread: 0,
    preview: '',
    attention: false,
    lastMessageAt: at(minute),
    createdAt: at(0),
    resolvedAt: null,
    previousId: null,
    continuedIn: null,
    subject: null,
    filedAs: null,
    suggestion: null,
    claimed: null,
    ...rest,
  };
}

/** A message as the API gives it. */
export function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    conversationId: 'c',
    seq,
    kind: 'inbound',
    author: { kind: 'contact', id: 'p', name: 'Ann' },
    text: 'hello',
    body: null,
    at: at(seq),
    editedAt: null,
    deletedAt: null,
    edits: [],
    reactions: [],
    masks: [],
    extras: null,
    attachments: [],
    replyTo: null,
    entry: null,
    state: null,
    stateReason: null,
    activity: null,
    deliveries: [],
    ...change,
  };
}

/** A part as the API gives it. */
export function delivery(state: Delivery['state'], ordinal = 0, action: Delivery['action'] = 'send'): Delivery {
  return {
    id: `d${ordinal}`,
    ordinal,
    action,
    state,
    attempt: 1,
    errorKind: null,
    error: null,
    dueAt: null,
    finishedAt: null,
    resent: false,
    dismissed: false,
  };
}
