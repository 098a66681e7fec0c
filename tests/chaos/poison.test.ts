import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../kit/eventually.ts';
import type { Process } from './processes.ts';
import { POLLED, startWorld } from './world.ts';

test('I13: a message that ends every process that touches it is parked, and the others are answered', async () => {
  const world = await startWorld('embedded', 1);
  let gateway: Process | null = null;
  let lives = 0;
  let stopped = false;
  // What a supervisor does: start it again, whatever happened.
  const supervised = (async () => {
    while (!stopped) {
      const started = world.start({ waits: false });
      gateway = started;
      lives += 1;
      await started.ended;
    }
  })();
  try {
    const bad = world.simulator.customer(1, { bot: POLLED });
    bad.write('poison');
    const others = Array.from({ length: 5 }, (_, index) => world.simulator.customer(10 + index, { bot: POLLED }));
    for (const [index, customer] of others.entries()) customer.write(`text ${index}`);
    await eventually(
      () => {
        for (const [index, customer] of others.entries()) {
          expect(customer.received().map((message) => message.text)).toContain(`echo text ${index}`);
        }
        expect(bad.received()).not.toEqual([]);
      },
      60_000,
      100,
    );
    const [row] = await world.query<{ state: string; owner_kind: string }>(
      `SELECT m.state, c.owner_kind FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.text = 'poison'`,
    );
    expect(row).toEqual({ state: 'parked', owner_kind: 'queue' });
    // One death in company, one among suspects, three alone; the sixth life parks it.
    expect(lives).toBeLessThanOrEqual(6);
    await sleep(500);
    expect(gateway).not.toBeNull();
  } finally {
    stopped = true;
    (gateway as Process | null)?.child.kill('SIGKILL');
    await supervised;
    await world.close();
  }
}, 120_000);
