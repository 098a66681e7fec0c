import { createHash } from 'node:crypto';
import {
  afterSaying,
  answerWaitMs,
  type BotSaid,
  mayGreet,
  NOTHING_SAID,
  withoutRepeats,
} from '../core/answer-limits.ts';
import type { BotDecision } from '../core/ports/brain.ts';
import type { Decision, NewMessage, OutboundDraft, Work } from '../core/ports/pipeline-store.ts';
import { applyBotDecision, base, type DecisionContext, draft, handOver } from './decision.ts';

/** Enough to tell texts of one bot apart. */
const DIGEST_LENGTH = 22;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}

function saidIn(work: Work): BotSaid {
  return work.botSaid ?? NOTHING_SAID;
}

/** The last thing said in this row; a person in between, or a new matter, begins another. */
function lastOf(work: Work): string | null {
  const { last } = saidIn(work);
  const now = work.conversation;
  if (last === null || now === null || last.conversationId !== now.id || last.ownerVersion !== now.ownerVersion)
    return null;
  return last.digest;
}

/** How long the bot has to wait before it may answer in this thread, ms. */
export function waitFor(work: Work): number {
  return answerWaitMs(saidIn(work), work.nowMs);
}

/** The bot has answered often enough: the messages wait, together with what comes until then. */
export function postponed(work: Work, waitMs: number): Decision {
  return { ...base(work, []), messageState: null, why: 'the bot has answered often enough for this minute', waitMs };
}

/**
 * What the bot decided, within the limits: too soon, the messages wait; the same again is not said; where nothing else is
 * left to say, people take over; and its first answer to a contact begins with the greeting.
 */
export function limitedAnswer(
  work: Work,
  messages: readonly NewMessage[],
  answer: BotDecision,
  context: DecisionContext,
): Decision {
  const speaks = answer.replies.length > 0;
  const waitMs = speaks && !answer.handoff ? waitFor(work) : 0;
  if (waitMs > 0) return postponed(work, waitMs);
  const replies = withoutRepeats(lastOf(work), answer.replies, (reply) => digestOf(reply.content.text));
  if (speaks && replies.length === 0 && !answer.handoff && answer.courtesy !== true) {
    return recorded(
      work,
      handOver(work, messages, context, { why: `${answer.why}; the bot would have said the same again` }),
      false,
    );
  }
  const decision = applyBotDecision(work, messages, { ...answer, replies }, context);
  const greeting = context.texts.greeting?.(context.language) ?? null;
  if (greeting === null || answer.handoff || replies.length === 0 || !mayGreet(saidIn(work), work.nowMs)) {
    return recorded(work, decision, !answer.handoff);
  }
  const first = draft({ content: { text: greeting }, class: 'repeatable' }, messages.at(-1) ?? null, {
    ...context,
    wayToPrivate: null,
  });
  return recorded(work, { ...decision, greets: true, outbound: [first, ...decision.outbound] }, true);
}

/** A notice of ours (people take over, a secret was pasted), not twice in a row either. */
export function limitedNotice(work: Work, decision: Decision): Decision {
  const outbound = withoutRepeats(lastOf(work), decision.outbound, (one: OutboundDraft) => digestOf(one.text));
  return recorded(work, { ...decision, outbound }, false);
}

function recorded(work: Work, decision: Decision, answered: boolean): Decision {
  const spoken = decision.outbound.at(-1);
  if (spoken === undefined) return decision;
  const last = {
    digest: digestOf(spoken.text),
    conversationId: decision.conversationId,
    ownerVersion: decision.ownerVersion + (decision.handoffTeam === null ? 0 : 1),
  };
  const greeted = decision.greets === true;
  return { ...decision, botSaid: afterSaying(saidIn(work), { nowMs: work.nowMs, last, answered, greeted }) };
}
