import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule, XSimulator } from '../../../channels/x/simulator/index.ts';

/** The calls that show something to somebody. */
export const SAYS = ['POST /2/dm_conversations/with/:id/messages', 'POST /2/tweets'] as const;
const READS = ['GET /2/dm_events', 'GET /2/users/:id/mentions'];
const LOOKS = ['GET /2/dm_conversations/with/:id/dm_events', 'GET /2/users/:id/tweets'];
const REGISTERS = ['GET /2/webhooks', 'POST /2/activity/subscriptions', 'GET /2/activity/stream'];
const DOWNLOADS = ['file', 'GET /2/dm_conversations/media/:dm/:media/:resource'];

function often(routes: readonly string[], rules: readonly Omit<FaultRule, 'route'>[]): FaultRule[] {
  return routes.flatMap((route) => rules.map((rule) => ({ ...rule, route })));
}

/** X's own trouble with calls and deliveries, all the time: answers lost after it acted above all. */
export function addFaults({ faults }: XSimulator): void {
  const rules: FaultRule[] = [
    ...often(SAYS, [
      { kind: 'drop_after', probability: 0.05 },
      { kind: 'error_after', probability: 0.03 },
      { kind: 'not_json', probability: 0.01 },
      { kind: 'no_id', probability: 0.01 },
      { kind: 'said_already', probability: 0.01 },
      { kind: 'drop_before', probability: 0.02 },
      { kind: 'error_before', probability: 0.02 },
      { kind: 'rate_limited', probability: 0.02, resetAfterMs: 300 },
      { kind: 'slow', probability: 0.03, latencyMs: 300 },
    ]),
    ...often(READS, [
      { kind: 'drop_before', probability: 0.05 },
      { kind: 'error_before', probability: 0.03 },
      { kind: 'rate_limited', probability: 0.01, resetAfterMs: 300 },
    ]),
    ...often(LOOKS, [
      { kind: 'drop_before', probability: 0.05 },
      { kind: 'error_before', probability: 0.05 },
      { kind: 'rate_limited', probability: 0.02, resetAfterMs: 300 },
    ]),
    ...often(REGISTERS, [{ kind: 'error_before', probability: 0.05 }]),
    ...often(DOWNLOADS, [{ kind: 'cut_download', probability: 0.1 }]),
    { kind: 'drop_after', route: 'POST /2/media/upload/:id/finalize', probability: 0.1 },
    { kind: 'drop_before', route: 'POST /2/media/upload/:id/append', probability: 0.05 },
    { kind: 'drop_after', route: 'DELETE /2/tweets/:id', probability: 0.1 },
    { kind: 'duplicate_event', probability: 0.05 },
    { kind: 'lose_event', probability: 0.02 },
    { kind: 'late_event', probability: 0.03 },
    { kind: 'bad_signature', probability: 0.03 },
    { kind: 'stream_cut', probability: 0.02 },
    { kind: 'stream_garbage', probability: 0.01 },
  ];
  for (const rule of rules) faults.add(rule);
}

/** What is done to connections, by its name; how often each was. */
export type Cuts = Record<'streams' | 'away', number>;

/** Cuts streams now and then, and takes X away for a moment, until `isOver`. */
export async function keepCutting(simulator: XSimulator, random: () => number, isOver: () => boolean): Promise<Cuts> {
  const cuts: Cuts = { streams: 0, away: 0 };
  while (!isOver()) {
    await sleep(1_000 + random() * 2_500);
    if (isOver()) break;
    if (random() < 0.7) {
      if (simulator.streams.some(({ disconnectedMs }) => disconnectedMs === null)) cuts.streams += 1;
      simulator.cutStreams();
    } else {
      cuts.away += 1;
      await simulator.suspend();
      await sleep(200 + random() * 1_000);
      await simulator.resume();
    }
  }
  return cuts;
}
