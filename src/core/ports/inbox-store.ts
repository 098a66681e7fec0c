import type { Viewer } from '../model/agent.ts';
import type { OutboundAttachment } from '../model/attachment.ts';
import type { MessageExtras } from '../model/extras.ts';
import type { AgentId, ConversationId, DeliveryId, MessageId, ThreadId } from '../model/ids.ts';
import type { ChangeList, ConversationList, ConversationShown, MessageList, ViewCount } from '../model/inbox.ts';
import type { RenderedPart } from '../model/outbound.ts';
import type { View } from '../model/view.ts';
import type { NextOwner } from './people-store.ts';
import type { OutboundDraft } from './pipeline-store.ts';

export interface ListQuery {
  view: View;
  team?: string | undefined;
  after?: string | undefined;
  /** Of what is filed alone: part of a name, a handle or what was written. */
  words?: string | undefined;
  limit: number;
}

export interface MessagesQuery {
  before?: number | undefined;
  limit: number;
}

/** Who has a conversation, as the loser of a race is told. */
export interface OwnerNow {
  kind: string;
  agentName: string | null;
  ownerVersion: number;
}

/**
 * What an act came to. `gone`: it does not exist, or the agent may not see it; `changed` and `resolved`: somebody was
 * faster; the others say why it was refused.
 */
export type ActOutcome =
  | { outcome: 'ok'; ownerVersion: number; threadId: ThreadId; shard: number }
  | { outcome: 'changed' | 'resolved'; owner: OwnerNow }
  | {
      outcome:
        | 'gone'
        | 'signed_out'
        | 'superseded'
        | 'id_taken'
        | 'no_agent'
        | 'agent_disabled'
        | 'no_team'
        | 'not_of_team'
        | 'no_upload'
        | 'not_sent'
        | 'not_amendable';
    };

/** `refused`: the part's state does not allow it, or it was sent again already (`resent`). */
export type ReviewOutcome =
  | { outcome: 'ok'; conversationId: ConversationId; threadId: ThreadId; shard: number }
  | { outcome: 'refused'; state: string }
  | { outcome: 'gone' | 'signed_out' };

/** Where a reply to a conversation goes. */
export interface ReplyAddress {
  accountId: string;
  threadId: ThreadId;
  /** The thread's key at the platform as it is now. */
  address: string;
  threadKind: ConversationShown['threadKind'];
  /** Of the conversation, as far as it is known. */
  language: string | null;
  /** Among others: what called us in the customer's last message. */
  entry: string | null;
}

/** A message as far as changing it at the platform goes. */
export interface Amendable {
  accountId: string;
  threadKind: ConversationShown['threadKind'];
  conversationId: ConversationId;
  kind: 'inbound' | 'outbound' | 'note' | 'activity';
  text: string;
  /** When the platform took it or gave it to us, ms since the epoch; windows for editing count from here. */
  sentAtMs: number | null;
  deleted: boolean;
  /** Its parts at the platform, in order; `part` of ours alone, as rendered. */
  targets: readonly { externalId: string; part: RenderedPart | null }[];
  /** Files of ours in it, in order; null: one of them is not kept any more. Of a customer's message: empty. */
  files: readonly OutboundAttachment[] | null;
  extras: MessageExtras | null;
}

/** `rows`: one for each part at the platform. */
export interface Amendment {
  action: 'edit' | 'delete' | 'react';
  text: string;
  body: object | null;
  emoji: readonly string[];
  rows: readonly { id: DeliveryId; part: RenderedPart; target: string }[];
}

/** Where the formatted text of a letter is kept, and the pictures that came with it. */
export interface LetterFound {
  conversationId: ConversationId;
  /** Null: it has no formatted text, or that is not stored (any more). */
  htmlBlobId: string | null;
  images: { contentId: string; attachmentId: string }[];
}

/** The inbox, always through the eyes of one agent: what it may not see does not exist. */
export interface InboxStore {
  counts(viewer: Viewer): Promise<ViewCount[]>;
  list(viewer: Viewer, query: ListQuery): Promise<ConversationList>;
  conversation(viewer: Viewer, id: ConversationId): Promise<ConversationShown | null>;
  messages(
    viewer: Viewer,
    id: ConversationId,
    query: MessagesQuery,
  ): Promise<{ page: MessageList; place: Pick<ReplyAddress, 'address' | 'threadKind' | 'entry'> } | null>;
  /** Null: there is no such message that the viewer is shown. */
  letter(viewer: Viewer, message: MessageId): Promise<LetterFound | null>;
  replyAddress(viewer: Viewer, id: ConversationId): Promise<ReplyAddress | null>;
  /**
   * The platform's id of a message in the conversation's thread that can be answered there; null: there is no such message, or
   * it does not stand at the platform.
   */
  answerable(
    viewer: Viewer,
    id: ConversationId,
    message: MessageId,
  ): Promise<{ externalId: string; entry: string | null } | null>;
  /** @throws {ParleyError} `events_expired` when the cursor is older than what is kept */
  changes(viewer: Viewer, after: string | null, limit: number): Promise<ChangeList>;
}

/** What agents do. Each is one transaction under the thread's lock that checks the agent's rights as they are then. */
export interface DeskStore {
  own(
    conversation: ConversationId,
    agent: AgentId,
    expected: number,
    next: NextOwner,
    why: string,
  ): Promise<ActOutcome>;
  /** Repeated with the same id it is stored once. Takes the conversation from bot or queue. */
  reply(conversation: ConversationId, agent: AgentId, draft: OutboundDraft): Promise<ActOutcome>;
  note(conversation: ConversationId, agent: AgentId, id: MessageId, text: string): Promise<ActOutcome>;
  read(conversation: ConversationId, agent: AgentId, uptoSeq: number): Promise<ActOutcome>;
  /** What was filed was a person's after all: it goes on as if it had just come in. Not filed any more is `ok`. */
  recover(conversation: ConversationId, agent: AgentId): Promise<ActOutcome>;
  /** Puts the bot's draft aside. There is none any more: `ok`. */
  putAside(conversation: ConversationId, agent: AgentId): Promise<ActOutcome>;
  /** The claimed sender of its thread is who they say. Of one who is proven already it is 'ok' and changes nothing. */
  confirm(conversation: ConversationId, agent: AgentId): Promise<ActOutcome>;
  review(delivery: DeliveryId, agent: AgentId, verdict: 'dismiss' | 'resend'): Promise<ReviewOutcome>;
  /** Null when the agent may not see it. */
  amendable(viewer: Viewer, message: MessageId): Promise<Amendable | null>;
  /** Edits or deletes a message of ours, or reacts to one of theirs: rows of the outbox, repeated with the same ids stored once. */
  amend(message: MessageId, agent: AgentId, amendment: Amendment): Promise<ActOutcome>;
}
