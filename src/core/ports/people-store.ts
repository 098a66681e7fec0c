import type { AgentId, ConversationId, DeliveryId, MessageId, TeamId, ThreadId } from '../model/ids.ts';
import type { OutboundDraft } from './pipeline-store.ts';

/** Who acts: an agent in the inbox, or an operator at the command line. */
export type Actor = { kind: 'agent'; id: AgentId } | { kind: 'operator'; id: string };

/** Whose a conversation becomes. `none` resolves it. */
export type NextOwner =
  | { kind: 'bot' }
  | { kind: 'queue'; team: TeamId }
  | { kind: 'agent'; agent: AgentId }
  | { kind: 'none' };

/** `changed`: somebody was faster; the owner as it stands now comes along. */
export type OwnOutcome =
  | { outcome: 'ok'; ownerVersion: number; threadId: ThreadId }
  | { outcome: 'changed' | 'resolved'; ownerKind: string; ownerAgent: AgentId | null; ownerVersion: number }
  | { outcome: 'gone' };

/** `superseded`: the conversation was resolved and the thread has a newer one. */
export type WriteOutcome =
  | { outcome: 'ok'; ownerVersion: number; threadId: ThreadId; shard: number }
  | { outcome: 'gone' | 'superseded' };

/** What people do, each one transaction under the thread's lock. */
export interface PeopleStore {
  /** Compare-and-set on `expected`; null takes whatever is there. */
  own(
    conversation: ConversationId,
    expected: number | null,
    next: NextOwner,
    actor: Actor,
    why: string,
  ): Promise<OwnOutcome>;
  /** An agent's reply; repeated with the same id it is stored once. Takes the conversation from bot or queue. */
  reply(conversation: ConversationId, agent: AgentId, draft: OutboundDraft): Promise<WriteOutcome>;
  note(conversation: ConversationId, agent: AgentId, id: MessageId, text: string): Promise<WriteOutcome>;
  /** `ok`, `gone`, `resent` (already), or the state that does not allow it. */
  review(delivery: DeliveryId, verdict: 'dismiss' | 'resend', actor: Actor): Promise<string>;
}
