import { crashPoint } from '../core/crash-point.ts';
import type { TurnId } from '../core/model/ids.ts';
import type { Bot, BrainInput } from '../core/ports/brain.ts';
import type { Log } from '../core/ports/log.ts';
import type { PipelineStore } from '../core/ports/pipeline-store.ts';

export interface WaitingTurnOptions {
  bot: Bot;
  store: PipelineStore;
  log: Log;
  /** Whether a turn still matters; asked every second so that a takeover aborts the brain. */
  stillOpen(id: TurnId): Promise<boolean>;
  /** Said when an outcome was stored and its thread is due. */
  onFinished(): void;
}

const LOOK_MS = 1_000;

/**
 * Runs brains that wait, outside any lease. The stored turn's deadline is what ends a turn whose process died; here a
 * takeover or the deadline only stops the work early.
 */
export function createWaitingTurns(options: WaitingTurnOptions) {
  const running = new Set<AbortController>();

  async function run(turn: { id: TurnId; deadlineMs: number }, input: BrainInput): Promise<void> {
    const controller = new AbortController();
    running.add(controller);
    const deadline = setTimeout(() => controller.abort(), turn.deadlineMs);
    const look = setInterval(() => {
      options.stillOpen(turn.id).then(
        (open) => {
          if (!open) controller.abort();
        },
        () => undefined,
      );
    }, LOOK_MS);
    try {
      crashPoint('turn.before-brain');
      const output = await options.bot.decide(input, controller.signal);
      crashPoint('turn.before-result');
      const stored = await options.store.finishTurn(turn.id, output);
      crashPoint('turn.after-result');
      if (stored) options.onFinished();
    } catch (error) {
      options.log.warn({ turnId: turn.id, err: error instanceof Error ? error.message : 'unknown' }, 'a turn was lost');
    } finally {
      clearTimeout(deadline);
      clearInterval(look);
      running.delete(controller);
    }
  }

  return {
    start(turn: { id: TurnId; deadlineMs: number }, input: BrainInput): void {
      void run(turn, input);
    },
    /** Aborts every brain; their turns end by deadline or are taken up by the next process. */
    stop(): void {
      for (const controller of running) controller.abort();
    },
  };
}
