import type { Log } from '../core/ports/log.ts';
import type { Database } from '../store/database.ts';
import { STEPS, type Step } from './contract.ts';

/** What a newcomer has done already. */
export interface FirstSteps {
  list(): { id: Step; done: boolean }[];
  close(): void;
}

const LOOK_EVERY_MS = 1_000;
/** Nobody has asked for this long: nobody looks at the page, and the store is left alone. */
const WATCHED_FOR_MS = 30_000;

/**
 * Reads the steps from what the store says really happened. Written against the tables and not kept beside them, so that
 * a step cannot be ticked by clicking here and there.
 */
const DONE = `SELECT
  EXISTS (SELECT FROM message WHERE kind = 'inbound') AS write,
  EXISTS (SELECT FROM message m JOIN delivery d ON d.message_id = m.id
    WHERE m.kind = 'outbound' AND m.author_kind = 'agent' AND d.state IN ('sent', 'delivered', 'read')) AS answer,
  EXISTS (SELECT FROM message WHERE kind = 'activity' AND author_kind = 'agent' AND activity->>'change' = 'owner'
    AND activity->>'to' = 'bot') AS hand_back,
  EXISTS (SELECT FROM message WHERE kind = 'activity' AND author_kind = 'agent' AND activity->>'change' = 'owner'
    AND activity->>'to' = 'none') AS resolve,
  EXISTS (SELECT FROM audit WHERE action IN ('delivery.resend', 'delivery.dismiss')) AS cut_reply,
  EXISTS (SELECT FROM instance WHERE ended_as = 'dead' AND roles = '{worker}') AS worker_killed`;

export interface FirstStepsOptions {
  database: Database;
  log: Log;
  onChange(): void;
}

/** Watches the store for the first steps while somebody looks. */
export function watchFirstSteps(options: FirstStepsOptions): FirstSteps {
  const done = new Set<Step>();
  let looking = false;
  let askedMs = performance.now();

  async function look(): Promise<void> {
    if (looking || done.size === STEPS.length) return;
    looking = true;
    const before = done.size;
    try {
      const [row] = await options.database.prepared<Record<Step, boolean>>('sandbox_first_steps', DONE, []);
      for (const step of STEPS) if (row?.[step] === true) done.add(step);
    } catch (error) {
      options.log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'first steps were not read');
    } finally {
      looking = false;
    }
    if (done.size > before) options.onChange();
  }

  const timer = setInterval(() => {
    if (performance.now() - askedMs < WATCHED_FOR_MS) void look();
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    list() {
      askedMs = performance.now();
      return STEPS.map((id) => ({ id, done: done.has(id) }));
    },
    close: () => clearInterval(timer),
  };
}
