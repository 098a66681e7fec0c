import { setTimeout as sleep } from 'node:timers/promises';
import type { DiscordSimulator } from '../../../channels/discord/simulator/index.ts';

const SAY = 'POST /channels/:id/messages';
const READ = 'GET /channels/:id/messages';
const CHANGE = 'PATCH /channels/:id/messages/:message';
const TAKE_BACK = 'DELETE /channels/:id/messages/:message';
const LOOK = 'GET /channels/:id/messages/:message';

/** The platform's own trouble with calls and dispatches, all the time: answers lost after it acted above all. */
export function addFaults({ faults }: DiscordSimulator): void {
  faults.add({ kind: 'drop_after', route: SAY, probability: 0.05 });
  faults.add({ kind: 'error_after', route: SAY, probability: 0.03, status: 502 });
  faults.add({ kind: 'not_json', route: SAY, probability: 0.01 });
  faults.add({ kind: 'drop_before', route: SAY, probability: 0.02 });
  faults.add({ kind: 'error_before', route: SAY, probability: 0.02, status: 503 });
  faults.add({ kind: 'rate_limited', route: SAY, probability: 0.02, retryAfterSeconds: 0.3 });
  faults.add({ kind: 'slow', route: SAY, probability: 0.02, latencyMs: 200 });
  faults.add({ kind: 'drop_after', route: CHANGE, probability: 0.05 });
  faults.add({ kind: 'error_after', route: CHANGE, probability: 0.05 });
  faults.add({ kind: 'drop_after', route: TAKE_BACK, probability: 0.1 });
  faults.add({ kind: 'drop_before', route: READ, probability: 0.05 });
  faults.add({ kind: 'error_before', route: READ, probability: 0.05, status: 502 });
  faults.add({ kind: 'error_before', route: LOOK, probability: 0.05 });
  faults.add({ kind: 'error_after', route: 'POST /channels/:id/threads', probability: 0.1 });
  faults.add({ kind: 'cut_download', route: 'file', probability: 0.1 });
  faults.add({ kind: 'duplicate_dispatch', probability: 0.05 });
  faults.add({ kind: 'odd_thread', probability: 0.03 });
  faults.add({ kind: 'missing_channel_type', probability: 0.03 });
  faults.add({ kind: 'malformed_frame', probability: 0.001 });
  faults.add({ kind: 'invalid_session', probability: 0.1 });
}

/** What is done to connections, by its name; how often each was. */
export type Cuts = Record<'cut' | 'closed' | 'asked' | 'forgotten', number>;

/**
 * Breaks the gateway's connections now and then, until `isOver`: cut and closed, and asked to move on, all of which can be resumed; and
 * with the session forgotten, so that nothing is replayed.
 */
export async function keepCutting(
  simulator: DiscordSimulator,
  random: () => number,
  isOver: () => boolean,
): Promise<Cuts> {
  const cuts: Cuts = { cut: 0, closed: 0, asked: 0, forgotten: 0 };
  while (!isOver()) {
    await sleep(800 + random() * 1_700);
    if (isOver() || simulator.gatewayConnections === 0) continue;
    const dice = random();
    if (dice < 0.3) {
      cuts.cut += 1;
      simulator.cut();
    } else if (dice < 0.5) {
      cuts.closed += 1;
      simulator.cut(4_000);
    } else if (dice < 0.75) {
      cuts.asked += 1;
      simulator.askToReconnect();
    } else {
      cuts.forgotten += 1;
      simulator.forgetSessions();
      simulator.cut();
    }
  }
  return cuts;
}
