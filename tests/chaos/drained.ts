import { eventually } from '../kit/eventually.ts';
import type { Query } from './servers.ts';
import type { World } from './world.ts';

/** How much is left to do in the store: threads, messages, parts, files, rows to be sealed. */
export async function leftToDo(query: Query): Promise<number> {
  const [row] = await query<{ left: string }>(`SELECT
    (SELECT count(*) FROM thread WHERE due_at IS NOT NULL OR lease_owner IS NOT NULL)
    + (SELECT count(*) FROM message WHERE state = 'new')
    + (SELECT count(*) FROM delivery WHERE state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown'))
    + (SELECT count(*) FROM attachment WHERE state = 'waiting')
    + (SELECT count(*) FROM audit WHERE seal_no IS NULL) AS left`);
  // A file that failed often waits long; that it comes at all is what counts here.
  await query(
    `UPDATE attachment SET due_at = now() WHERE state = 'waiting' AND due_at > now() AND lease_owner IS NULL`,
  );
  return Number(row?.left ?? Number.NaN);
}

/** Waits until nothing is left to do anywhere and the platform was told of all it brought. @throws after `withinMs` */
export async function untilDrained(world: World, withinMs = 60_000): Promise<void> {
  await eventually(
    async () => {
      const left = await leftToDo(world.query);
      const [row] = await world.query<{ waiting: string }>(
        `SELECT count(*) AS waiting FROM inbound_event WHERE state = 'waiting'`,
      );
      const isTold = world.simulator.log.updates.every((update) => update.ackedAtMs !== null);
      return left === 0 && row?.waiting === '0' && isTold;
    },
    withinMs,
    200,
  );
}
