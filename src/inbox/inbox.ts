import { OwnerChanged, Refused } from '../core/errors.ts';
import type { Viewer } from '../core/model/agent.ts';
import type { OutboundAttachment } from '../core/model/attachment.ts';
import { type CustomerLanguage, customerLanguage } from '../core/model/conversation.ts';
import type { ConversationId, DeliveryId, MessageId } from '../core/model/ids.ts';
import type { ChangeList, ConversationList, ConversationShown, ThreadPage, ViewCount } from '../core/model/inbox.ts';
import type { AttachmentStore } from '../core/ports/attachment-store.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { ActOutcome, DeskStore, InboxStore, ListQuery, MessagesQuery } from '../core/ports/inbox-store.ts';
import type { NextOwner } from '../core/ports/people-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { type AccountData, accountDataIn } from '../core/rules/account-data.ts';
import { wayToPrivate, withButton } from '../core/rules/way-to-private.ts';
import { answeringIn, judgePlace } from './public-replies.ts';
import { draftReply, type LetterOfReply } from './reply.ts';

export interface InboxDeps {
  store: InboxStore;
  desk: DeskStore;
  uploads: Pick<AttachmentStore, 'outgoing'>;
  account(id: string): ChannelAccount | undefined;
  queue: Pick<WakeQueue, 'wake'>;
  ids: IdGenerator;
  shards: number;
  /** On the button below what is said in public. */
  goPrivateLabel(language: CustomerLanguage): string;
  /** Official addresses and names of ours, which may stand in public. */
  ours: readonly string[];
  /** Told after the commit of everything a person changed. */
  onChange(change: { conversationId: ConversationId }): void;
}

/** A reply as a client made it. `id` is the client's. */
export interface NewReply {
  id: MessageId;
  /** May be empty where there are files. */
  text: string;
  /** The agent's uploads that go with it, in this order. */
  attachmentIds?: readonly string[] | undefined;
  /** A message of the same thread that is answered. */
  replyToMessageId?: MessageId | undefined;
  /** Of a letter: who gets it, under which subject. */
  letter?: LetterOfReply | undefined;
  /** Everybody will read it, and that is meant. */
  publicly?: boolean | undefined;
}

/** The inbox as one agent sees and works it. What the agent may not see does not exist. */
export interface Inbox {
  counts(viewer: Viewer): Promise<ViewCount[]>;
  list(viewer: Viewer, query: ListQuery): Promise<ConversationList>;
  /** @throws {Refused} `not_found` */
  conversation(viewer: Viewer, id: ConversationId): Promise<ConversationShown>;
  /** @throws {Refused} `not_found` */
  messages(viewer: Viewer, id: ConversationId, query: MessagesQuery): Promise<ThreadPage>;
  changes(viewer: Viewer, after: string | null, limit: number): Promise<ChangeList>;
  /** Each answers the conversation afterwards, or null when it left the agent's reach. @throws {Refused} */
  reply(viewer: Viewer, id: ConversationId, reply: NewReply): Promise<ConversationShown | null>;
  /** What of somebody's account everybody would read in a reply; nothing where only the customer reads it. */
  lookAt(viewer: Viewer, id: ConversationId, text: string): Promise<AccountData[]>;
  /** Puts the bot's draft aside. */
  putAside(viewer: Viewer, id: ConversationId): Promise<ConversationShown | null>;
  note(viewer: Viewer, id: ConversationId, messageId: MessageId, text: string): Promise<ConversationShown | null>;
  own(viewer: Viewer, id: ConversationId, expected: number, next: NextOwner): Promise<ConversationShown | null>;
  read(viewer: Viewer, id: ConversationId, uptoSeq: number): Promise<ConversationShown | null>;
  review(viewer: Viewer, id: DeliveryId, verdict: 'dismiss' | 'resend'): Promise<ConversationShown | null>;
}

/** Why an owner changes, as the thread's activity and the audit say it. */
const WHY: Readonly<Record<NextOwner['kind'], string>> = {
  bot: 'handed back',
  queue: 'assigned',
  agent: 'assigned',
  none: 'resolved by a person',
};

/** What does not exist for this agent. */
export function notFound(): Refused {
  return new Refused('not_found', 'there is no such conversation', { mend: 'reload the list' });
}

/** The conversation's account was taken out of the configuration. */
export function noAccount(id: string): Refused {
  return new Refused('no_account', `the account ${id} is not configured any more`, {
    mend: 'put it back into the configuration; meanwhile write a note',
  });
}

/** The channel takes nothing but words from us. */
export function noFiles({ channel }: Pick<ChannelAccount, 'channel'>): Refused {
  return new Refused('no_files', `${channel} takes no files from us`, { mend: 'send a link instead' });
}

function ownerSentence(owner: OwnerChanged['owner']): string {
  if (owner.kind === 'agent') return `${owner.agentName ?? 'A colleague'} has this conversation now.`;
  if (owner.kind === 'queue') return "It waits in a team's queue now.";
  if (owner.kind === 'bot') return 'The bot has this conversation now.';
  return 'It is resolved now.';
}

const REFUSALS: Readonly<Record<string, { code: string; message: string; mend: string }>> = {
  signed_out: { code: 'signed_out', message: 'you are signed out', mend: 'sign in again' },
  superseded: {
    code: 'superseded',
    message: 'this conversation is resolved and the customer has a newer one',
    mend: 'reply in the newer conversation',
  },
  id_taken: {
    code: 'id_taken',
    message: 'another message has this id',
    mend: 'make a new id for each message',
  },
  no_agent: { code: 'no_agent', message: 'there is no such agent', mend: 'choose somebody from the list' },
  agent_disabled: {
    code: 'agent_disabled',
    message: 'this agent is disabled and gets no conversations',
    mend: 'choose somebody else, or a team',
  },
  no_team: { code: 'no_team', message: 'there is no such team', mend: 'choose a team from the list' },
  no_upload: {
    code: 'no_upload',
    message: 'a file of this message is not there any more',
    mend: 'attach it again',
  },
  not_sent: {
    code: 'not_sent',
    message: 'this message has not arrived at the platform, so it cannot be changed there',
    mend: 'wait until it is sent, or settle its failed parts first',
  },
  not_amendable: {
    code: 'not_amendable',
    message: 'this message cannot be changed any more',
    mend: 'reload the conversation',
  },
  not_of_team: {
    code: 'not_of_team',
    message: "this agent is not in the conversation's team",
    mend: "assign it to the agent's team instead, or ask a lead",
  },
};

/** What an act came to, when it was done. @throws {Refused} for every outcome but `ok` */
export function settle(outcome: ActOutcome): Extract<ActOutcome, { outcome: 'ok' }> {
  if (outcome.outcome === 'ok') return outcome;
  if (outcome.outcome === 'changed') {
    throw new OwnerChanged('owner_changed', `Somebody was faster. ${ownerSentence(outcome.owner)}`, outcome.owner);
  }
  if (outcome.outcome === 'resolved') {
    throw new OwnerChanged('resolved', 'This conversation is resolved already.', outcome.owner);
  }
  throw refusalOf(outcome.outcome);
}

/** The refusal for what an act came to. */
export function refusalOf(outcome: string): Refused {
  const why = REFUSALS[outcome];
  return why === undefined ? notFound() : new Refused(why.code, why.message, { mend: why.mend });
}

/** The inbox over its stores. */
export function createInbox(deps: InboxDeps): Inbox {
  const { store, desk, queue, shards } = deps;

  function done(id: ConversationId, outcome: Extract<ActOutcome, { outcome: 'ok' }>): void {
    deps.onChange({ conversationId: id });
    queue.wake(outcome.shard % shards);
  }

  async function act(viewer: Viewer, id: ConversationId, run: Promise<ActOutcome>): Promise<ConversationShown | null> {
    done(id, settle(await run));
    return store.conversation(viewer, id);
  }

  /** The uploads a reply takes along. @throws {Refused} */
  async function filesOf(
    viewer: Viewer,
    id: ConversationId,
    reply: NewReply,
    account: ChannelAccount,
  ): Promise<OutboundAttachment[]> {
    const { attachmentIds = [] } = reply;
    if (attachmentIds.length === 0) return [];
    const { media } = account.capabilities;
    if (media === null) throw noFiles(account);
    if (attachmentIds.length > media.maxFiles) {
      throw new Refused('too_many_files', `one message takes at most ${media.maxFiles} files`, {
        mend: 'send the others with another message',
      });
    }
    const files = await deps.uploads.outgoing(viewer.id, id, reply.id, attachmentIds);
    if (files === null) throw refusalOf('no_upload');
    return files;
  }

  /** The platform's id of the message that is answered. @throws {Refused} */
  async function answeredBy(
    viewer: Viewer,
    id: ConversationId,
    { replyToMessageId }: NewReply,
    account: ChannelAccount,
  ): Promise<{ externalId: string; entry: string | null } | null> {
    if (replyToMessageId === undefined) return null;
    if (!account.capabilities.replies) {
      throw new Refused('no_replies', `${account.channel} cannot show which message is answered`, {
        mend: 'send it without, and quote the words that are meant',
      });
    }
    const found = await store.answerable(viewer, id, replyToMessageId);
    if (found === null) {
      throw new Refused('not_answerable', 'the message that is answered is not at the platform', {
        mend: 'answer another one, or send it without',
      });
    }
    return found;
  }

  return {
    counts: (viewer) => store.counts(viewer),
    list: (viewer, query) => store.list(viewer, query),
    changes: (viewer, after, limit) => store.changes(viewer, after, limit),

    async conversation(viewer, id) {
      const found = await store.conversation(viewer, id);
      if (found === null) throw notFound();
      return found;
    },

    async messages(viewer, id, query) {
      const found = await store.messages(viewer, id, query);
      if (found === null) throw notFound();
      const { page, place } = found;
      return { ...page, answering: answeringIn(place, deps.account(page.conversation.accountId)) };
    },

    async reply(viewer, id, reply) {
      const address = await store.replyAddress(viewer, id);
      if (address === null) throw notFound();
      const account = deps.account(address.accountId);
      if (account === undefined) throw noAccount(address.accountId);
      const attachments = await filesOf(viewer, id, reply, account);
      if (reply.letter !== undefined && account.capabilities.letters !== true) {
        throw new Refused('no_letters', `${account.channel} knows no recipients and subjects`, {
          mend: 'send it without them',
        });
      }
      const answered = await answeredBy(viewer, id, reply, account);
      judgePlace(address, answered === null ? address.entry : answered.entry, reply, account, deps.ours);
      const leads = wayToPrivate(account, address.threadKind, deps.goPrivateLabel(customerLanguage(address.language)));
      const buttons = withButton(account, [], leads);
      const content = {
        text: reply.text,
        place: address.threadKind,
        ...(attachments.length === 0 ? {} : { attachments }),
        ...(buttons.length === 0 ? {} : { buttons }),
      };
      return act(
        viewer,
        id,
        draftReply(
          { id: reply.id, account, content, replyTo: answered?.externalId ?? null, letter: reply.letter },
          deps.ids,
          (draft) => desk.reply(id, viewer.id, draft),
        ),
      );
    },

    async lookAt(viewer, id, text) {
      const place = await store.replyAddress(viewer, id);
      if (place === null) throw notFound();
      return place.threadKind === 'private' ? [] : accountDataIn(text, deps.ours);
    },

    putAside: (viewer, id) => act(viewer, id, desk.putAside(id, viewer.id)),

    note: (viewer, id, messageId, text) => act(viewer, id, desk.note(id, viewer.id, messageId, text)),

    own: (viewer, id, expected, next) => {
      const why = next.kind === 'agent' && next.agent === viewer.id ? 'taken' : WHY[next.kind];
      return act(viewer, id, desk.own(id, viewer.id, expected, next, why));
    },

    async read(viewer, id, uptoSeq) {
      settle(await desk.read(id, viewer.id, uptoSeq));
      deps.onChange({ conversationId: id });
      return store.conversation(viewer, id);
    },

    async review(viewer, id, verdict) {
      const outcome = await desk.review(id, viewer.id, verdict);
      if (outcome.outcome === 'ok') {
        deps.onChange({ conversationId: outcome.conversationId });
        queue.wake(outcome.shard % shards);
        return store.conversation(viewer, outcome.conversationId);
      }
      if (outcome.outcome === 'refused') {
        throw new Refused(
          outcome.state === 'resent' ? 'resent' : 'not_reviewable',
          outcome.state === 'resent'
            ? 'this part was sent again already'
            : `this part is ${outcome.state}; there is nothing to decide`,
          { mend: 'reload the conversation' },
        );
      }
      if (outcome.outcome === 'signed_out')
        throw new Refused('signed_out', 'you are signed out', { mend: 'sign in again' });
      throw new Refused('not_found', 'there is no such part', { mend: 'reload the conversation' });
    },
  };
}
