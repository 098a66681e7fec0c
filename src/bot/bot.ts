import type { Bot, BotDecision, Brain } from '../core/ports/brain.ts';
import { decideTurn, LONGEST_DEADLINE_MS } from './pipeline.ts';

/** All brains in order behind one decision. `onDecision` hears who decided and how, for metrics. */
export function createBot(
  brains: readonly Brain[],
  onDecision: (by: string, outcome: 'reply' | 'handoff' | 'silent') => void = () => undefined,
): Bot {
  return {
    waits: brains.some((brain) => brain.waits),
    // One brain may use up its whole deadline and a later one still has to answer within the turn's.
    deadlineMs: LONGEST_DEADLINE_MS,
    echoOnly: brains.length === 1 && brains[0]?.name === 'echo',
    async decide(input, signal): Promise<BotDecision> {
      const decision = await decideTurn({ ...input, secretMasked: false }, brains, signal);
      const outcome = decision.handoff !== null ? 'handoff' : decision.replies.length > 0 ? 'reply' : 'silent';
      onDecision(decision.by, outcome);
      return {
        replies: decision.replies,
        handoff: decision.handoff !== null,
        why: `${decision.by}: ${decision.why}`,
        memory: { ...decision.memory },
        courtesy: decision.by === 'thanks' || decision.by === 'gesture',
      };
    },
  };
}
