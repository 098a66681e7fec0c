import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { ask } from '../cli/cli-kit.ts';
import { CRASH, openEchoDesk } from './failure-kit.ts';

let postgres: TestPostgres;
let simulator: TelegramSimulator;
const desk = openEchoDesk();

beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await postgres.close();
});
beforeEach(async () => {
  simulator = createTelegramSimulator();
  await simulator.start();
});
afterEach(() => simulator.stop());

test.each([
  ['hang_before', 0, 1],
  ['hang_after', 0, 2],
  ['hang_before', 1_500, 1],
] as const)(
  'SIGTERM during a hanging platform call (%s, %d ms old) ends in 10 s; after the restart its part is settled',
  async (kind, ageMs, copies) => {
    const url = await postgres.createDatabase();
    await migrateStore(url, 'store');
    desk.configureEcho({
      store: { url },
      accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    });
    const states = (): Promise<{ state: string; attempt: number }[]> =>
      ask(url, 'SELECT state, attempt FROM delivery ORDER BY out_seq');
    simulator.faults.add({ kind, method: 'sendMessage', times: 1 });
    const serving = await desk.serve();
    simulator.customer(1).write('first');
    await eventually(async () => expect(await states()).toMatchObject([{ state: 'sending' }]), 15_000, 50);
    await new Promise((done) => setTimeout(done, ageMs));
    simulator.customer(1).write('second');
    const { code, tookMs } = await serving.stop();
    expect([code, tookMs < 10_000]).toEqual([0, true]);
    expect(serving.output()).not.toMatch(CRASH);
    // Definite, or unknown and said so: `sending` never outlives its process.
    expect((await states())[0]?.state).toMatch(/^(?:unknown|sent|retry|pending)$/);

    const again = await desk.serve();
    await eventually(
      async () => expect((await states()).map((row) => row.state)).toEqual(['sent', 'sent']),
      20_000,
      50,
    );
    const texts = simulator.log.messagesIn(1).map((message) => message.text);
    // Echoes are repeatable: sent once more when nobody knows, never a third time, and in order.
    expect(texts).toEqual([...Array.from({ length: copies }, () => 'first'), 'second']);
    expect((await again.stop()).code).toBe(0);
  },
  60_000,
);
