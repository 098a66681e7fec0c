import { eventually } from '../kit/eventually.ts';
import type { World } from './world.ts';

/** Waits until nothing is left to do anywhere and the platform was told of all it brought. @throws after `withinMs` */
export async function untilDrained(world: World, withinMs = 60_000): Promise<void> {
  await eventually(
    async () => {
      const [row] = await world.query<{ left: string }>(`SELECT
        (SELECT count(*) FROM thread WHERE due_at IS NOT NULL OR lease_owner IS NOT NULL)
        + (SELECT count(*) FROM message WHERE state = 'new')
        + (SELECT count(*) FROM delivery WHERE state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown'))
        + (SELECT count(*) FROM attachment WHERE state = 'waiting')
        + (SELECT count(*) FROM inbound_event WHERE state = 'waiting')
        + (SELECT count(*) FROM audit WHERE seal_no IS NULL) AS left`);
      // A file that failed often waits long; that it comes at all is what counts here.
      await world.query(
        `UPDATE attachment SET due_at = now() WHERE state = 'waiting' AND due_at > now() AND lease_owner IS NULL`,
      );
      return row?.left === '0' && world.simulator.log.updates.every((update) => update.ackedAtMs !== null);
    },
    withinMs,
    200,
  );
}
