/** A gateway with a full store, a customer who writes by webhook, and somebody who may sign in. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fill } from '../lib/fill.js';

const root = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 60_000;
const EMAIL = 'bench@parley.example';
const PASSWORD = 'a password for the bench alone';

function run(args, folder, input = '') {
  const child = spawn(
    process.execPath,
    [join(root, 'bin/parley.js'), ...args, '--config', join(folder, 'parley.yaml')],
    {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  child.stdin.end(input);
  return child;
}

async function addressOf(child) {
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const deadlineMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    const address = /"address":"([^"]+)"/.exec(output)?.[1];
    if (address !== undefined) return address;
    if (child.exitCode !== null || performance.now() > deadlineMs)
      throw new Error(`the gateway does not start:\n${output}`);
    await sleep(20);
  }
}

/**
 * @param {{conversations: number, perConversation: number}} size what the store holds before anything is measured
 * @returns {Promise<{address: string, email: string, password: string, say(text: string): void, query(sql: string): Promise<object[]>, close(): Promise<void>}>}
 */
export async function startStand(size) {
  const { createTelegramSimulator } = await import('../../dist/channels/telegram/simulator/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-web-'));
  const simulator = createTelegramSimulator();
  await simulator.start();
  const secret = 'webhook-secret-of-the-bench';
  const account = { channel: 'telegram', token: simulator.token, apiRoot: simulator.url };
  writeFileSync(
    join(folder, 'parley.yaml'),
    JSON.stringify({
      http: { port: 0 },
      accounts: [{ id: 'tg', ...account, mode: 'webhook', webhookSecret: secret }],
    }),
  );
  const gateway = run(['serve'], folder);
  const address = await addressOf(gateway);
  const made = run(
    ['admin', 'create', '--email', EMAIL, '--name', 'Bench', '--password-stdin'],
    folder,
    `${PASSWORD}\n`,
  );
  await new Promise((resolve) => made.once('exit', resolve));
  const { port, password } = JSON.parse(readFileSync(join(folder, 'data/postgres.json'), 'utf8'));
  const client = new pg.Client({ connectionString: `postgres://parley:${password}@127.0.0.1:${port}/parley` });
  client.on('error', () => undefined);
  await client.connect();
  await fill(client, size);
  const hook = await fetch(`${simulator.url}/bot${simulator.token}/setWebhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: `${address}/hooks/tg`, secret_token: secret }),
  });
  if (!hook.ok) throw new Error(`setWebhook: ${await hook.text()}`);
  const customer = simulator.customer(42, { firstName: 'Ann', languageCode: 'en' });
  return {
    address,
    email: EMAIL,
    password: PASSWORD,
    say: (text) => customer.write(text),
    query: async (sql) => (await client.query(sql)).rows,
    async close() {
      await client.end();
      const ended = new Promise((resolve) => gateway.once('exit', resolve));
      gateway.kill('SIGTERM');
      await ended;
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
