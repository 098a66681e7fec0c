import type { Viewer } from '../model/agent.ts';
import type { BlockList } from '../model/block.ts';
import type { AgentId, ConversationId } from '../model/ids.ts';
import type { ActOutcome } from './inbox-store.ts';
import type { OutboundDraft } from './pipeline-store.ts';

/** A place where a contact meets us. */
export interface ContactPlace {
  threadId: string;
  accountId: string;
  /** The language last spoken there. */
  language: string | null;
}

/** What is said of a block when it is made. */
export interface NewBlock {
  /** The client's, so that the same block sent again is made once. */
  id: string;
  /** Null: for good. */
  forMs: number | null;
  reason: string;
  /** What the contact is told once, in whichever place it writes first. */
  notices: readonly { threadId: string; message: OutboundDraft }[];
}

/** Blocked contacts. Rights are those of the conversation in which it is done. */
export interface BlockStore {
  /** Every place of a conversation's contact; empty when the viewer may not see the conversation. */
  places(viewer: Viewer, conversation: ConversationId): Promise<ContactPlace[]>;
  block(conversation: ConversationId, agent: AgentId, block: NewBlock): Promise<ActOutcome>;
  unblock(conversation: ConversationId, agent: AgentId): Promise<ActOutcome>;
  list(viewer: Viewer): Promise<BlockList>;
}
