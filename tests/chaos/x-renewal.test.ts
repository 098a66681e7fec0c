import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createXSimulator } from '../../channels/x/simulator/index.ts';
import { type CrashPoint, RENEWAL_CRASH_POINTS } from '../../src/core/crash-point.ts';
import { eventually } from '../kit/eventually.ts';
import type { Process } from './processes.ts';
import { startServers } from './servers.ts';
import { createOwner } from './x/owner.ts';

/** A token is renewed two minutes before it ends: one of these a second after it was given. */
const SHORT_MS = 121_000;
const WITHIN_MS = 60_000;

test('a process killed at any moment of a renewal loses nothing, and locks out nobody whom OAuth 2.0 lets in', async () => {
  const simulator = createXSimulator();
  await simulator.start();
  const world = await startServers('postgres+redis');
  const owner = createOwner(simulator, join(world.folder, 'parley.yaml'));
  const ana = simulator.customer();
  const { appKey, appSecret, clientId, bearerToken } = simulator.credentials;
  world.configure({
    http: { host: '127.0.0.1', port: 0 },
    accounts: [
      { id: 'x', channel: 'x', mode: 'polling', apiRoot: simulator.apiRoot, appKey, appSecret, clientId, bearerToken },
    ],
  });
  const asked: string[] = [];
  const ask = (words: string): void => {
    asked.push(words);
    ana.direct(words);
  };
  const answers = (): string[] => simulator.log.directs.map(({ text }) => text);
  /** X refused the refresh token that our store has. */
  const refusals = (): number =>
    simulator.log.calls.filter(({ route, status }) => route === 'POST /2/oauth2/token' && status === 400).length;
  const allAnswered = (): Promise<unknown> =>
    eventually(() => expect(answers().sort()).toEqual(asked.map((words) => `echo ${words}`).sort()), WITHIN_MS, 100);
  /** A life that goes well, until everything is answered. @param andThen while it lives */
  const live = async (andThen: (living: Process) => Promise<void> = () => Promise.resolve()): Promise<void> => {
    const living = world.start({ waits: false });
    await living.ready;
    await allAnswered();
    await andThen(living);
    living.child.kill('SIGKILL');
    await living.ended;
  };
  const dieAt = async (crashAt: CrashPoint): Promise<void> => {
    const dying = world.start({ crashAt, waits: false });
    await eventually(() => expect(dying.isOver()).toBe(true), WITHIN_MS, 50);
  };
  try {
    await owner.logIn();
    ask('before everything');
    await live();
    for (const point of RENEWAL_CRASH_POINTS.filter((one) => one !== 'token.answered')) {
      const renewals = simulator.refreshes;
      simulator.expireTokens();
      await dieAt(point);
      // What X gave is kept, or it was not asked.
      expect(simulator.refreshes - renewals).toBe(point === 'token.kept' ? 1 : 0);
      ask(`after ${point}`);
      await live();
      expect(refusals()).toBe(0);
    }

    // X has answered, and what it gave is lost: the token before works to its end, and then nobody but the owner can help.
    simulator.times.accessTokenMs = SHORT_MS;
    await owner.logIn();
    const renewals = simulator.refreshes;
    await dieAt('token.answered');
    expect(simulator.refreshes).toBe(renewals + 1);
    simulator.times.accessTokenMs = 60 * SHORT_MS;
    ask('with the token before');
    await live(async (living) => {
      expect(refusals()).toBe(0);
      simulator.expireTokens();
      ask('while nobody is let in');
      await eventually(() => expect(living.printed()).toContain('needs_login'), WITHIN_MS, 100);
      expect(owner.logins).toBe(2);
      await owner.logIn();
      // The living process finds by itself what was given.
      await allAnswered();
    });
    expect(await world.query(`SELECT FROM message WHERE kind = 'inbound'`)).toHaveLength(asked.length);
    expect(new Set(answers()).size).toBe(answers().length);
  } finally {
    await world.close();
    await simulator.stop();
  }
}, 400_000);
