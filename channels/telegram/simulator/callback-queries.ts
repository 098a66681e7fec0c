import type { Clock } from './clock.ts';

/** The answer to a pressed button, as the customer sees it. */
export interface CallbackAnswer {
  text: string;
  showAlert: boolean;
  url: string | null;
}

interface Query {
  botId: number;
  untilMs: number;
  answer: CallbackAnswer | null;
}

/** Pressed buttons that wait for their answer. */
export interface CallbackQueries {
  /** Notes a press. Answers its id. */
  open(botId: number): string;
  /** False when there is no such press, it was answered already, or is too old. */
  answer(botId: number, id: string, answer: CallbackAnswer): boolean;
  answerOf(id: string): CallbackAnswer | null;
}

/** The platform does not say how long it waits; clients show progress for about a minute. */
const OPEN_MS = 60_000;

export function createCallbackQueries(clock: Clock): CallbackQueries {
  const queries = new Map<string, Query>();
  let nextId = 4_382_000_000_000_001;
  return {
    open(botId) {
      const id = String(nextId);
      nextId += 1;
      queries.set(id, { botId, untilMs: clock.nowMs() + OPEN_MS, answer: null });
      return id;
    },
    answer(botId, id, answer) {
      const query = queries.get(id);
      if (query?.botId !== botId || query.answer !== null || query.untilMs < clock.nowMs()) return false;
      query.answer = answer;
      return true;
    },
    answerOf: (id) => queries.get(id)?.answer ?? null,
  };
}
