import { z } from 'zod';
import { DELIVERY_STATES } from '../../core/model/outbound.ts';
import { VIEWS } from '../../core/model/view.ts';
import { attachment, extras } from './attachment.ts';
import { answerLetter, participant } from './letter.ts';
import { agentRef, isText, moment, NO_TEXT, rowId, shortName } from './shared-shapes.ts';

export const view = z.enum(VIEWS).meta({ id: 'View' });

export const owner = z
  .object({ kind: z.enum(['bot', 'queue', 'agent', 'none']), teamId: shortName.nullable(), agent: agentRef.nullable() })
  .meta({ id: 'Owner' });

/** A row of the list. `version` counts every change; `ownerVersion` only those of the owner. */
export const conversation = z
  .object({
    id: rowId,
    number: z.int(),
    version: z.int(),
    status: z.enum(['open', 'pending', 'snoozed', 'resolved']),
    priority: z.enum(['low', 'normal', 'high', 'urgent']),
    owner,
    ownerVersion: z.int(),
    contact: z.object({ id: rowId, name: z.string(), handle: z.string().nullable(), language: z.string().nullable() }),
    /** The contact is blocked: until when, or null for good. */
    block: z.object({ until: moment.nullable() }).nullable(),
    channel: shortName,
    accountId: shortName,
    threadKind: z.enum(['private', 'group', 'channel']),
    /** Of a group or channel. */
    threadTitle: z.string().nullable(),
    language: z.string().nullable(),
    /** Customer's messages since a person last replied or read. */
    unread: z.int(),
    preview: z.string(),
    /** A part waits for a person's verdict or failed. */
    attention: z.boolean(),
    lastMessageAt: moment,
    createdAt: moment,
    resolvedAt: moment.nullable(),
    /** The conversation before this one with the same customer in the same place. */
    previousId: rowId.nullable(),
    /** Where it goes on since the customer moved to another place (from a public one to a private one); it is resolved then. */
    continuedIn: z.object({ id: rowId, number: z.int() }).nullable(),
    /** Of letters. */
    subject: z.string().nullable(),
    /** Nobody vouches that the contact is who they say. `knownAs`: the contact who is known by the same address. */
    claimed: z.object({ knownAs: z.string().nullable() }).nullable(),
    /** Why nobody has to answer it: it is spam, or no person wrote it; null: somebody does. */
    filedAs: z.string().nullable(),
    /** What the bot would say here, where it may not speak by itself: for a person to send, to change or to put aside. */
    suggestion: z.object({ text: z.string(), messageId: rowId }).nullable(),
  })
  .meta({ id: 'Conversation' });

/** `after`: the `next` of the page before. `words`, with the view `filed` alone: part of a name, a handle or what was written. */
export const listQuery = z
  .object({
    view: view.default('mine'),
    team: shortName.optional(),
    after: z.string().max(200).optional(),
    words: z.string().trim().min(1).max(100).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine((query) => query.words === undefined || query.view === 'filed', {
    path: ['words'],
    message: 'goes with view=filed',
  });
export const conversationPage = z
  .object({ items: z.array(conversation), next: z.string().nullable() })
  .meta({ id: 'ConversationPage' });

/** How many conversations each view holds, counted up to 100: `more` says there are more than that. */
export const viewCounts = z
  .object({ views: z.array(z.object({ view, count: z.int(), more: z.boolean() })) })
  .meta({ id: 'ViewCounts' });

export const delivery = z
  .object({
    id: rowId,
    ordinal: z.int(),
    /** `send`: a part of the message; the others are what was done to it later. */
    action: z.enum(['send', 'edit', 'delete', 'react']),
    state: z.enum(DELIVERY_STATES),
    attempt: z.int(),
    errorKind: z.string().nullable(),
    error: z.string().nullable(),
    /** Until when a waiting part waits. */
    dueAt: moment.nullable(),
    finishedAt: moment.nullable(),
    /** A person had it sent again as another part. */
    resent: z.boolean(),
    /** A person said that it arrived or, of one that failed, that it needs nobody any more. */
    dismissed: z.boolean(),
  })
  .meta({ id: 'Delivery' });

/** One entry of a thread, by `seq`. Texts hold masks where a secret was pasted; `masks` tells where and what kind. */
export const message = z
  .object({
    id: rowId,
    conversationId: rowId,
    seq: z.int(),
    kind: z.enum(['inbound', 'outbound', 'note', 'activity']),
    author: z.object({
      kind: z.enum(['contact', 'bot', 'agent', 'system']),
      id: z.string().nullable(),
      name: z.string(),
    }),
    text: z.string(),
    /** Formatted text: `{v, tree}` of docs/architecture; null when it is plain. */
    body: z.unknown().nullable(),
    /** The platform's time when it gave one, else ours. */
    at: moment,
    editedAt: moment.nullable(),
    deletedAt: moment.nullable(),
    edits: z.array(z.object({ at: moment, text: z.string() })),
    reactions: z.array(z.string()),
    masks: z.array(z.object({ rule: z.string(), certain: z.boolean(), start: z.int(), length: z.int() })),
    /** Inbound: what became of it, and why. */
    state: z.enum(['new', 'answered', 'routed', 'parked', 'filed']).nullable(),
    stateReason: z.string().nullable(),
    /** Activity: what changed, such as `{type: "owner", to: {...}, by: {...}}`. */
    activity: z.record(z.string(), z.unknown()).nullable(),
    extras: extras.nullable(),
    attachments: z.array(attachment),
    /** The message this one answers, where we have it. */
    replyTo: z.object({ id: rowId, author: z.string(), text: z.string() }).nullable(),
    /** Entry context such as the payload of a deep link. */
    entry: z.string().nullable(),
    deliveries: z.array(delivery),
  })
  .meta({ id: 'Message' });

/** A conversation that began in another place of the same customer and goes on in this thread. `items`: its last entries. */
export const origin = z
  .object({
    id: rowId,
    number: z.int(),
    /** The conversation in which it goes on. */
    continuedIn: rowId,
    threadKind: z.enum(['private', 'group', 'channel']),
    threadTitle: z.string().nullable(),
    items: z.array(message),
    more: z.boolean(),
  })
  .meta({ id: 'Origin' });

/** Entries before `before` (a seq), newest last; `more`: there are older ones. The thread's earlier conversations included. */
export const messagesQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const messagePage = z
  .object({
    conversation,
    items: z.array(message),
    more: z.boolean(),
    /** Of a thread of letters: who takes part. */
    participants: z.array(participant),
    /** What began elsewhere and goes on in conversations that begin on this page, oldest first. */
    origins: z.array(origin),
    /**
     * How an answer would stand there. `publicly`: everybody reads it, and a reply has to say that this is meant. `refusal`: why the
     * platform takes none: our account was not called (`not_called`), or only the customer's devices can take part
     * (`unreachable_chat`).
     */
    answering: z.object({
      publicly: z.boolean(),
      refusal: z.enum(['not_called', 'unreachable_chat']).nullable(),
    }),
  })
  .meta({ id: 'MessagePage' });

const typed = z.string().max(20_000, 'must have at most 20,000 characters').refine(isText, NO_TEXT);
/** What a person typed: something to read, and nothing that is no text. */
const written = typed.refine((text) => /\S/u.test(text), 'must not be empty');

/** `id` is made by the client (UUID), so that the same reply sent twice is stored once. */
export const write = z.strictObject({ id: rowId, text: written }).meta({ id: 'Write' });

/**
 * The same with files. `attachmentIds`: the agent's uploads of this conversation, in their order; the text may be empty then.
 * `replyToMessageId`: a message of this thread that stands at the platform. `letter`: on channels of letters alone. `publicly`: everybody
 * will read it, and that is meant; asked for where `answering.publicly` says so.
 */
export const reply = z
  .strictObject({
    id: rowId,
    text: typed,
    attachmentIds: z
      .array(rowId)
      .max(50)
      .refine((ids) => new Set(ids).size === ids.length, 'must not name a file twice')
      .optional(),
    replyToMessageId: rowId.optional(),
    letter: answerLetter.optional(),
    publicly: z.boolean().optional(),
  })
  .refine(({ text, attachmentIds = [] }) => attachmentIds.length > 0 || /\S/u.test(text), {
    path: ['text'],
    message: 'must not be empty',
  })
  .meta({ id: 'Reply' });

/** What a reply would show to everybody. Positions in UTF-16 units. */
export const lookAtReply = z.strictObject({ text: typed }).meta({ id: 'LookAtReply' });
export const lookedAt = z
  .object({
    accountData: z.array(
      z.object({
        kind: z.enum(['email', 'phone', 'wallet', 'transaction', 'bank', 'number']),
        start: z.int(),
        length: z.int(),
      }),
    ),
  })
  .meta({ id: 'LookedAt' });

/** Other words for a message of ours. `id`: of the act, made by the client, so that it is done once. */
export const editMessage = z.strictObject({ id: rowId, text: written }).meta({ id: 'EditMessage' });
/** `op`: the id of the act. */
export const deleteQuery = z.strictObject({ op: rowId });

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const emoji = z
  .string()
  .min(1)
  .max(40)
  .refine(
    (text) =>
      isText(text) && [...graphemes.segment(text)].length === 1 && /[\p{Extended_Pictographic}\p{RI}]/u.test(text),
    'must be one emoji',
  );
/** Our reaction to a customer's message; null takes it back. */
export const reaction = z.strictObject({ id: rowId, emoji: emoji.nullable() }).meta({ id: 'Reaction' });

/** The conversation after what was done to it; null when it left the agent's reach by that. */
export const acted = z.object({ conversation: conversation.nullable() }).meta({ id: 'Acted' });

/** `expectedOwnerVersion` as the page showed it: if it moved on the answer is 409 `owner_changed`. */
export const changeOwner = z
  .strictObject({
    to: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('bot') }),
      z.strictObject({ kind: z.literal('queue'), teamId: shortName }),
      z.strictObject({ kind: z.literal('agent'), agentId: rowId }),
    ]),
    expectedOwnerVersion: z.int(),
  })
  .meta({ id: 'ChangeOwner' });
export const resolve = z.strictObject({ expectedOwnerVersion: z.int() }).meta({ id: 'Resolve' });
/** Everything up to and with this seq has been seen. */
export const markRead = z.strictObject({ uptoSeq: z.int().nonnegative() }).meta({ id: 'MarkRead' });

/** `resend`: as a new part at the end. `dismiss`: it arrived; of one that failed: it needs nobody any more. */
export const review = z.strictObject({ verdict: z.enum(['resend', 'dismiss']) }).meta({ id: 'Review' });

/** Catch-up for API clients. `next` never skips a change that was committed late; the same change may come twice. */
export const eventsQuery = z.object({
  after: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export const eventPage = z
  .object({ items: z.array(z.object({ conversationId: rowId, version: z.int() })), next: z.string() })
  .meta({ id: 'EventPage' });
