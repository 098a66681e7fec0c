import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { createTelegramSimulator, type TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import { hashPassword } from '../../src/access/passwords.ts';
import { migrateStore } from '../../src/cli/store-access.ts';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { type Look, launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { createVisitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../kit/servers/postgres.ts';

const BIN = join(import.meta.dirname, '../../bin/parley.js');
const PASSWORD = 'correct horse battery';
/** A first start builds program and page. */
const START_LIMIT_MS = 150_000;
/** The page asks every 15 s. */
const REFRESH_LIMIT_MS = 25_000;

describe('accounts on the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-channels-'));
  let postgres: TestPostgres;
  let simulator: TelegramSimulator;
  let browser: Browser;
  let gateway: ChildProcess;
  let address: string;
  const emails = new Map<string, string>();

  beforeAll(async () => {
    [postgres, browser] = await Promise.all([startPlainPostgres(), launchBrowser()]);
    simulator = createTelegramSimulator();
    await simulator.start();
    const url = await postgres.createDatabase();
    await migrateStore(url, 'store');
    await addPeople(url);
    const file = join(folder, 'parley.yaml');
    const account = { channel: 'telegram', apiRoot: simulator.url };
    const accounts = [
      { ...account, id: 'good', token: simulator.token },
      { ...account, id: 'wrong', token: '1:wrong' },
    ];
    writeFileSync(
      file,
      stringify({ data: folder, store: { url }, http: { port: 0 }, masterKey: '5a'.repeat(32), accounts }),
    );
    gateway = spawn(process.execPath, [BIN, 'serve', '--config', file], { cwd: folder });
    let output = '';
    for (const stream of [gateway.stdout, gateway.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    address = await eventually(
      () => {
        if (gateway.exitCode !== null) throw new Error(`the gateway ended:\n${output}`);
        return /"address":"([^"]+)"/.exec(output)?.[1] ?? false;
      },
      START_LIMIT_MS,
      50,
    ).then(String);
  }, START_LIMIT_MS + 30_000);

  afterAll(async () => {
    await browser?.close();
    if (gateway !== undefined && gateway.exitCode === null) {
      const ended = new Promise((resolve) => gateway.once('exit', resolve));
      gateway.kill('SIGTERM');
      await ended;
    }
    await simulator?.stop();
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  async function addPeople(url: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const role of ['agent', 'lead']) {
        const email = `${role}@example.com`;
        emails.set(role, email);
        await client.query('INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)', [
          randomUUID(),
          email,
          role,
          role,
          await hashPassword(PASSWORD),
        ]);
      }
    } finally {
      await client.end();
    }
  }

  async function signedIn(role: 'agent' | 'lead', look: Look = {}): Promise<{ page: Page; troubles: string[] }> {
    const tab = await openTab(browser, look);
    await tab.context.request.post(`${address}/api/v1/session`, {
      data: { email: emails.get(role), password: PASSWORD },
      headers: { origin: address },
    });
    return tab;
  }

  test('a wrong token: needs login, with reason and mend; the other account is well', async () => {
    const { page } = await openTab(browser);
    await page.goto(address);
    await createVisitor(page).signIn(emails.get('lead') ?? '', PASSWORD);
    await page.goto(`${address}/settings/channels`);
    const wrong = page.getByRole('listitem', { name: 'wrong' });
    await wrong.getByText('Needs login').waitFor();
    await wrong.getByText('The platform refuses our token.').waitFor();
    await wrong.getByText('Get a new token, put it into the configuration and restart.').waitFor();
    await wrong.getByText(/Telegram refuses the token \(401 Unauthorized\)/).waitFor();
    expect(await page.content()).not.toContain('1:wrong');
    const good = page.getByRole('listitem', { name: '@parley_simulator_bot' });
    await good.getByText('Connected', { exact: true }).waitFor();
    await good.getByText('reads only messages addressed to it').waitFor();
    await page.context().close();
  }, 60_000);

  test('an agent reads which account does not receive, and no more', async () => {
    const { page, troubles } = await signedIn('agent');
    await page.goto(address);
    await page.getByText(/^Telegram wrong is not receiving since \d\d:\d\d\.$/).waitFor();
    expect(await page.getByRole('link', { name: 'See why' }).count()).toBe(0);
    await page.goto(`${address}/settings/channels`);
    await page.getByRole('heading', { name: 'You', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: 'Channels' }).count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
  }, 60_000);

  test.each([
    { theme: 'light', width: 1440, language: 'en-GB' },
    { theme: 'dark', width: 1440, language: 'en-GB' },
    { theme: 'dark', width: 360, language: 'zh-CN' },
  ] as const)(
    '$theme, $width px, $language: axe finds nothing and nothing is cut off',
    async (look) => {
      const { page, troubles } = await signedIn('lead', look);
      const wrong: string[] = [];
      for (const path of ['/inbox/mine', '/settings/channels']) {
        await page.goto(address + path);
        await page
          .getByText(look.language === 'zh-CN' ? /需要登录|无法接收消息/ : /Needs login|is not receiving/)
          .waitFor();
        for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
        const wider = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (wider !== 0) wrong.push(`${path}: ${String(wider)} px wider than the window`);
      }
      expect([...wrong, ...troubles]).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  test('what changes is shown by itself', async () => {
    const { page } = await signedIn('lead');
    await page.goto(`${address}/settings/channels`);
    const good = page.getByRole('listitem', { name: '@parley_simulator_bot' });
    await good.getByText('Connected', { exact: true }).waitFor();
    await good.getByText(/^0 received/).waitFor();
    simulator.customer(1).write('hello');
    await good
      .getByText('1 received: 1 stored, 0 repeated, 0 filed, 0 set aside')
      .waitFor({ timeout: REFRESH_LIMIT_MS });
    simulator.faults.add({ kind: 'refuse', method: 'getUpdates', status: 401, description: 'Unauthorized' });
    simulator.customer(1).write('wakes the poll');
    await good.getByText('Needs login').waitFor({ timeout: REFRESH_LIMIT_MS });
    await page.context().close();
  }, 90_000);
});
