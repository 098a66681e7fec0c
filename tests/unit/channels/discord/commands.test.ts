import { afterEach, expect, test } from '@jest/globals';
import { createCommandRegistry } from '../../../../channels/discord/commands.ts';
import { createDiscordRest } from '../../../../channels/discord/transport/rest.ts';
import { recordOf } from '../../../../channels/shared/read-unknown.ts';
import { eventually } from '../../../kit/eventually.ts';
import { quietLog } from '../../../kit/quiet-log.ts';
import { type AccountStand, startAccount } from './account-stand.ts';

/** Without its commands nobody can reach the form: one bad moment at the start must not cost them for good. */

const REGISTER = 'POST /applications/:app/commands';

let on: AccountStand;
afterEach(async () => {
  await on.stop();
});

const names = (): string[] => on.simulator.commands.map((one) => String(recordOf(one)?.['name'])).toSorted();
const told = (): string[] => on.deps.said().match(/commands? not registered/gu) ?? [];

test.each([
  ['an outage', { kind: 'error_before', status: 503 }],
  ['a refusal for its rate', { kind: 'rate_limited', retryAfterSeconds: 1 }],
  ['a connection that breaks', { kind: 'drop_before' }],
] as const)('%s passes, and both commands are there', async (_, fault) => {
  on = await startAccount({}, ({ faults }) => void faults.add({ ...fault, route: REGISTER, times: 3 }));
  await eventually(() => expect(names()).toEqual(['support', 'support-button']));
  expect(told()).toEqual([]);
});

test('a command that is refused is told and not asked for again; the other one is there', async () => {
  on = await startAccount(
    {},
    ({ faults }) => void faults.add({ kind: 'refuse', route: REGISTER, status: 400, code: 50_035, times: 1 }),
  );
  await eventually(() => expect(told()).toHaveLength(1));
  await eventually(() => expect(names()).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(names()).toHaveLength(1);
});

test('what was refused is tried again with the next session, what is there is not', async () => {
  on = await startAccount(
    {},
    ({ faults }) => void faults.add({ kind: 'refuse', route: REGISTER, status: 403, code: 50_001, times: 2 }),
  );
  await eventually(() => expect(told()).toHaveLength(2));
  const { simulator } = on;
  const calls = (): number => simulator.log.calls.filter(({ route }) => route === REGISTER).length;
  const anew = async (count: number): Promise<void> => {
    simulator.forgetSessions();
    simulator.cut();
    await eventually(() =>
      expect(simulator.log.gateway.filter(({ outcome }) => outcome === 'ready')).toHaveLength(count),
    );
  };
  await anew(2);
  await eventually(() => expect(names()).toEqual(['support', 'support-button']));
  expect(calls()).toBe(2);
  await anew(3);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls()).toBe(2);
});

test('the end of the account ends it', async () => {
  on = await startAccount({}, ({ faults }) => void faults.add({ kind: 'error_before', status: 503, route: REGISTER }));
  const { token, apiRoot } = on.simulator;
  const rest = createDiscordRest({ token, apiRoot });
  const ending = new AbortController();
  const log = quietLog();
  const times = { firstRetryMs: 60_000, maxRetryMs: 60_000 };
  const registered = createCommandRegistry({ rest, log, times }, ending.signal).register(on.simulator.botId);
  await eventually(() => expect(log.lines).toHaveLength(2));
  ending.abort();
  await registered;
  expect(log.lines.map(({ level }) => level)).toEqual(['info', 'info']);
  rest.close();
});
