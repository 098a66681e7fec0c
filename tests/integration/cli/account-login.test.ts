import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createXSimulator, type XSimulator } from '../../../channels/x/simulator/index.ts';
import { memoryPlace } from '../../../src/account-services.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { loadMasterKeys } from '../../../src/files/master-key.ts';
import { eventually } from '../../kit/eventually.ts';
import { freePort } from '../../kit/servers/process.ts';
import { storeUrlOf } from '../sandbox/sandbox-kit.ts';
import { ask, type Desk, openDesk } from './cli-kit.ts';

let simulator: XSimulator;
let desk: Desk;
beforeEach(async () => {
  simulator = createXSimulator();
  await simulator.start();
  desk = openDesk();
  const { appKey, appSecret, clientId } = simulator.credentials;
  desk.configure({
    http: { port: 0 },
    accounts: [{ id: 'social', channel: 'x', apiRoot: simulator.apiRoot, appKey, appSecret, clientId }],
  });
});
afterEach(async () => {
  await desk.remove();
  await simulator.stop();
});

/** What the installation keeps sealed of the account's consent. */
function tokensIn(sealed: Buffer): string[] {
  const keys = createKeyRing(
    loadMasterKeys({ masterKey: null, masterKeys: null, dataFolder: join(desk.folder, 'data') }),
  );
  const kept = z
    .object({ accessToken: z.string(), refreshToken: z.string() })
    .parse(JSON.parse(keys.open(sealed, memoryPlace('social/x.oauth2')).toString('utf8')));
  return [kept.accessToken, kept.refreshToken];
}

/** The owner's browser: opens the page that was printed, once, and goes where it is sent. */
function createOwner(): { hear(said: string): void; went: Promise<Response>[] } {
  const went: Promise<Response>[] = [];
  return {
    went,
    hear(said) {
      const [page] = /http:\/\/\S+\/i\/oauth2\/authorize\S+/u.exec(said) ?? [];
      if (page !== undefined && went.length === 0) went.push(fetch(page));
    },
  };
}

test('an owner gives consent in a browser; the gateway then receives with what was granted, and it is not in the log', async () => {
  expect((await desk.run(['migrate'])).code).toBe(0);
  const owner = createOwner();
  const redirect = `http://127.0.0.1:${await freePort()}/callback`;
  const login = await desk.run(['account', 'login', 'social', '--redirect', redirect], '', owner.hear);
  expect(login).toMatchObject({ code: 0, stderr: '' });
  expect(login.stdout).toContain('social may act for @AcmeSupport');
  const back = await owner.went[0];
  expect(await back?.text()).toContain('You can close this page');

  const serving = await desk.serve();
  await eventually(() => /"accountId":"social"[^\n]*"state":"connected"/u.test(serving.output()), 20_000, 100);
  const url = storeUrlOf(readFileSync(join(desk.folder, 'data/postgres.json'), 'utf8'));
  const kept = await ask<{ sealed: Buffer }>(url, `SELECT sealed FROM account_memory WHERE name = 'x.oauth2'`);
  expect(kept).toHaveLength(1);
  expect(kept[0]?.sealed.toString('latin1')).not.toContain('accessToken');
  expect(await ask(url, `SELECT FROM audit WHERE action = 'account.login' AND subject_id = 'social'`)).toHaveLength(1);
  expect(simulator.log.calls.some(({ route }) => route === 'GET /2/dm_events')).toBe(true);
  // Neither the code nor a token is said anywhere.
  const code = new URL(back?.url ?? '').searchParams.get('code') ?? '';
  const secrets = [code, ...tokensIn(kept[0]?.sealed ?? Buffer.alloc(0))];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(`${login.stdout}${serving.output()}`).not.toContain(secret);
  }
}, 120_000);

test('who says no, and who names no account, is told so', async () => {
  expect((await desk.run(['migrate'])).code).toBe(0);
  simulator.refuseConsent();
  const owner = createOwner();
  const redirect = `http://127.0.0.1:${await freePort()}/callback`;
  const refused = await desk.run(['account', 'login', 'social', '--redirect', redirect], '', owner.hear);
  await Promise.all(owner.went);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('consent was refused');
  const nobody = await desk.run(['account', 'login', 'somebody']);
  expect(nobody.code).not.toBe(0);
  expect(nobody.stderr).toContain('is not configured');
  const far = await desk.run(['account', 'login', 'social', '--redirect', 'https://desk.example/callback']);
  expect(far.stderr).toContain('--paste');
}, 120_000);

test('doctor looks at an account before the first start, and reads what was granted after it', async () => {
  const { appKey, appSecret, accessToken, accessSecret, clientId } = simulator.credentials;
  const base = { channel: 'x', apiRoot: simulator.apiRoot, appKey, appSecret };
  const doctor = async (...accounts: object[]) => {
    desk.configure({ http: { port: 0 }, accounts });
    return (await desk.run(['doctor'])).stdout;
  };
  const fresh = await doctor(
    { ...base, id: 'good', accessToken, accessSecret },
    { ...base, id: 'bad', accessToken, accessSecret: 'another' },
  );
  expect(fresh).toMatch(/✓ account good \(x\): @AcmeSupport answers/u);
  expect(fresh).toMatch(/✗ account bad \(x\): .*\n.*keys and tokens/u);
  expect(fresh).not.toContain(accessSecret);

  desk.configure({ http: { port: 0 }, accounts: [{ ...base, id: 'social', clientId }] });
  expect((await desk.run(['migrate'])).code).toBe(0);
  expect((await desk.run(['doctor'])).stdout).toMatch(/✗ account social \(x\): .*consent[^]*account login/u);
  const owner = createOwner();
  const redirect = `http://127.0.0.1:${await freePort()}/callback`;
  expect((await desk.run(['account', 'login', 'social', '--redirect', redirect], '', owner.hear)).code).toBe(0);
  expect((await desk.run(['doctor'])).stdout).toMatch(/✓ account social \(x\): @AcmeSupport answers/u);
}, 180_000);
