import type { AgentName } from './inbox.ts';

/** For how long a contact is blocked. */
export const BLOCK_TERMS = ['hour', 'day', 'good'] as const;
export type BlockTerm = (typeof BLOCK_TERMS)[number];

const TERM_MS: Readonly<Record<BlockTerm, number | null>> = { hour: 3_600_000, day: 86_400_000, good: null };

/** Length of a term, ms; null: for good. */
export function termMs(term: BlockTerm): number | null {
  return TERM_MS[term];
}

/** A block that stands, as agents see it. */
export interface BlockShown {
  id: string;
  /** Where it was said; it is undone there. */
  conversationId: string;
  contact: { id: string; name: string };
  reason: string;
  agent: AgentName;
  blockedAt: string;
  /** Null: for good. */
  until: string | null;
}

/** The blocks that stand, newest first; `more`: there are older ones. */
export interface BlockList {
  items: BlockShown[];
  more: boolean;
}
