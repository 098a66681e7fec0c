import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../kit/eventually.ts';
import { untilDrained } from './drained.ts';
import { unevenAnswers } from './exactly-once.ts';
import { violations } from './invariants.ts';
import type { Process } from './processes.ts';
import { startTexts } from './texts.ts';
import { POLLED, startWorld } from './world.ts';

/** Half a minute in `npm test`; more by the environment. */
const MINUTES = Number(process.env['PARLEY_KILL_MINUTES'] ?? '0.5');
const KILL_EVERY_MS = 5_000;
const PER_SECOND = 100;
const CHATS = 40;

test(
  `the connector is killed every five seconds for ${MINUTES} minutes: nothing lost, doubled or out of order`,
  async () => {
    expect(MINUTES).toBeGreaterThan(0);
    const world = await startWorld('postgres+redis', 11);
    const worker = world.start({ roles: ['worker'], waits: false });
    let connector: Process = world.start({ roles: ['connector'], waits: false });
    try {
      await Promise.all([worker.ready, connector.ready]);
      const texts = startTexts(world, [POLLED], CHATS);
      texts.write(CHATS);
      await eventually(() => texts.answered() === CHATS, 30_000);

      const writing = texts.keepWriting(PER_SECOND);
      const kills = Math.max(1, Math.round((MINUTES * 60_000) / KILL_EVERY_MS));
      // A life in which nothing was taken would be a kill that proves nothing.
      const took: number[] = [];
      for (let killed = 0; killed < kills; killed += 1) {
        const before = texts.answered();
        await sleep(KILL_EVERY_MS);
        connector.child.kill('SIGKILL');
        await connector.ended;
        took.push(texts.answered() - before);
        // What a supervisor does.
        connector = world.start({ roles: ['connector'], waits: false });
      }
      await writing.stop();
      await connector.ready;
      await untilDrained(world, 60_000 + MINUTES * 20_000);

      const broken = [
        ...(await violations(world, texts.traffic)),
        ...unevenAnswers(world, texts.traffic, { allAnswered: true }),
      ];
      expect(broken.slice(0, 20)).toEqual([]);
      // Every life that began is over but the last one's and the worker's; one killed at its very start left no row.
      const [row] = await world.query<{ lives: string; stored: string; events: string }>(`SELECT
        (SELECT count(*) FROM instance WHERE ended_as IS DISTINCT FROM 'dead') AS lives,
        (SELECT count(*) FROM message WHERE kind = 'inbound') AS stored,
        (SELECT count(*) FROM inbound_event) AS events`);
      expect(row).toEqual({ lives: '2', stored: String(texts.count()), events: String(texts.count()) });
      // Of its five seconds a life waits three until its predecessor counts as dead; a busy machine's start takes the rest of some.
      const working = took.filter((answers) => answers > 0).length;
      expect(working).toBeGreaterThanOrEqual(Math.ceil(kills / 4));
      // Some of what a killed one had read came again: the kills struck between reading and telling the platform.
      const again = world.simulator.log.updates.filter((update) => update.deliveries > 1).length;
      process.stderr.write(
        `connector killed: ${texts.count()} messages, ${kills} kills (${working} of one that had taken messages), ${again} updates handed out again, 0 lost, doubled or out of order\n`,
      );
    } finally {
      await world.close();
    }
  },
  120_000 + MINUTES * 120_000,
);
