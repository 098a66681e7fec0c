import type { World } from './world.ts';

/** One part that goes away and comes back. */
export interface Outage {
  readonly name: string;
  begin(world: World): Promise<void>;
  end(world: World): Promise<void>;
}

/** Telegram brings nothing and takes nothing; what customers write meanwhile it keeps. */
const telegramOutage: Outage = {
  name: 'Telegram',
  async begin(world) {
    await world.holdWebhook();
    world.simulator.faults.add({ kind: 'drop_before' });
    world.simulator.faults.add({ kind: 'drop_before', method: 'getMe' });
  },
  async end(world) {
    world.simulator.faults.clear();
    await world.setWebhook();
  },
};

const redisOutage: Outage = {
  name: 'Redis',
  begin: async ({ redis }) => await redis?.stop(),
  end: async ({ redis }) => await redis?.start(),
};

const postgresOutage: Outage = {
  name: 'Postgres',
  begin: async ({ postgres }) => await postgres?.stop(),
  end: async ({ postgres }) => await postgres?.start(),
};

/** In the order of the day. */
export const OUTAGES: readonly Outage[] = [telegramOutage, redisOutage, postgresOutage];
