import type { Viewer } from '../model/agent.ts';
import type { TeamId } from '../model/ids.ts';

/** What changed, as whoever changed it knows it: a conversation, a thread of one, or a thread by its place at the platform. */
export type Change = { conversationId: string } | { threadId: string } | { accountId: string; threadKey: string };

/** Takes word of committed changes. Never waits and never fails: what gets lost is found in the log of changes. */
export interface ChangeSink {
  changed(change: Change): void;
}

/** A thread by its place at the platform. */
export type ThreadPlace = Extract<Change, { threadKey: string }>;

/** Takes word of customers who write just now. Best effort: never stored, and over in some seconds. */
export interface TypingSink {
  typing(place: ThreadPlace): void;
}

/** How a conversation stands, as far as who may see it. */
export interface Standing {
  id: string;
  version: number;
  ownerKind: string;
  ownerTeam: TeamId | null;
  ownerAgent: string | null;
  resolvedOwnerKind: string | null;
}

/** What the live side asks of the store. */
export interface ChangeLookup {
  /** How the conversations behind these changes stand now. */
  standings(changes: readonly Change[]): Promise<Standing[]>;
  /** The log of changes after a cursor; null: where it stands now. */
  logged(
    after: string | null,
    limit: number,
  ): Promise<{ items: readonly { conversationId: string; version: number }[]; next: string }>;
  /** Of these sessions those that last, with what their agents may see now. */
  living(sessionIds: readonly string[]): Promise<Map<string, Viewer>>;
}
