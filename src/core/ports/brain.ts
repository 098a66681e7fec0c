import type { CustomerLanguage } from '../model/conversation.ts';
import type { MessageExtras } from '../model/extras.ts';
import type { AccountId, ConversationId } from '../model/ids.ts';
import type { OutboundContent } from '../model/outbound.ts';

/** One message of the turn, as a brain sees it: guarded text only. */
export interface TurnMessage {
  seq: number;
  text: string;
  /** The text is ours and says what was sent instead of words, as in {@link MessageExtras}; left out: the customer wrote it. */
  standIn?: MessageExtras['standIn'] | null;
}

/** What a brain decides on. `messages` is all that is new, oldest first, never empty. */
export interface BrainInput {
  accountId: AccountId;
  channel: string;
  conversationId: ConversationId;
  language: CustomerLanguage;
  messages: readonly TurnMessage[];
  /** What the bot itself remembered about this conversation; at most 4 KB as JSON. */
  memory: Readonly<Record<string, unknown>>;
}

/**
 * A brain's decision.
 * - `reply`: one outgoing message per entry, in order.
 * - `pass`: the next brain in line is asked.
 * - `handoff`: people take over; `reason` is stored.
 */
export type BrainOutput =
  | {
      kind: 'reply';
      replies: readonly { content: OutboundContent; class: 'repeatable' | 'single' }[];
      why: string;
      memory?: Readonly<Record<string, unknown>>;
    }
  | { kind: 'pass'; why: string }
  | { kind: 'handoff'; why: string };

/** One way for the bot to decide. */
export interface Brain {
  readonly name: string;
  /** Longest time a decision may take, ms; later the conversation goes to people. */
  readonly deadlineMs: number;
  /** True for brains that wait for something outside the process: they run without the thread's lease. */
  readonly waits: boolean;
  decide(input: BrainInput, signal: AbortSignal): BrainOutput | Promise<BrainOutput>;
}

/** What the bot as a whole decided on a turn. `replies` first, then the handoff if there is one. */
export interface BotDecision {
  replies: readonly { content: OutboundContent; class: 'repeatable' | 'single' }[];
  handoff: boolean;
  why: string;
  memory: Readonly<Record<string, unknown>>;
  /** Nothing was asked ("thanks"): where the bot has said the same already, silence will do. */
  courtesy?: boolean;
}

/** The bot: all brains in order behind one decision. Never rejects; a failing brain is a handoff. */
export interface Bot {
  /** True when some brain waits for something outside the process, so that turns run without the thread's lease. */
  readonly waits: boolean;
  /** Longest a whole decision may take, ms. */
  readonly deadlineMs: number;
  /** Echo alone: answers hold the text and nothing else is ever sent. */
  readonly echoOnly: boolean;
  decide(input: BrainInput, signal: AbortSignal): Promise<BotDecision>;
}
