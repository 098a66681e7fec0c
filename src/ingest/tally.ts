import { NO_UPDATES, UPDATE_OUTCOMES, type UpdateOutcome } from '../core/model/account.ts';
import type { TallyReport } from '../core/ports/account-health-store.ts';
import type { InboundSink } from '../core/ports/channel.ts';

/**
 * Counts an account's updates twice, independently: what the transport handed over, and what the store said became of it. The
 * two agree whenever nothing is under way; what was refused counts as never seen, since the platform brings it again.
 */
export interface Tally {
  /** The sink, counted at its entrance. An update of a call that rejects, and that has no outcome by then, was refused. */
  around(sink: InboundSink): InboundSink;
  /** What became of one update; to be called once for each that was taken, before its call of the sink ends. */
  settled(outcome: UpdateOutcome): void;
  /** One update was refused; its call of the sink rejects. */
  refused(): void;
  snapshot(): TallyReport;
}

/** @param nowMs monotonic, ms */
export function createTally(nowMs: () => number): Tally {
  const counts = { ...NO_UPDATES };
  const running = new Map<symbol, { startedMs: number }>();
  let mismatchSinceMs: number | null = null;
  let lastSeenMs: number | null = null;
  let lastStoredMs: number | null = null;

  const missing = (): number => UPDATE_OUTCOMES.reduce((left, outcome) => left - counts[outcome], counts.seen);

  function afterCall(): void {
    if (running.size > 0) return;
    // Nothing is under way: now both must agree.
    if (missing() === 0) mismatchSinceMs = null;
    else mismatchSinceMs ??= nowMs();
  }

  return {
    around: (sink) => async (payloads) => {
      const call = Symbol('call');
      lastSeenMs = nowMs();
      counts.seen += payloads.length;
      running.set(call, { startedMs: lastSeenMs });
      try {
        await sink(payloads);
      } finally {
        running.delete(call);
        afterCall();
      }
    },
    settled(outcome) {
      counts[outcome] += 1;
      if (outcome === 'stored') lastStoredMs = nowMs();
    },
    refused() {
      counts.seen -= 1;
    },
    snapshot() {
      const now = nowMs();
      const ageOf = (atMs: number | null): number | null => (atMs === null ? null : now - atMs);
      const [oldest] = running.values();
      const since = [oldest?.startedMs, mismatchSinceMs].filter((one) => one !== undefined && one !== null);
      return {
        counts: { ...counts },
        lastSeenAgeMs: ageOf(lastSeenMs),
        lastStoredAgeMs: ageOf(lastStoredMs),
        unsettledMs: since.length === 0 ? null : now - Math.min(...since),
      };
    },
  };
}
