import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { botText } from '../../../src/bot/texts.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { at, DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { openDesk } from '../cli/cli-kit.ts';

const PASSWORD = 'correct horse battery staple';
const EMAIL = 'lead@example.com';
let postgres: TestPostgres;
let simulator: TelegramSimulator;
const desk = openDesk();

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
}, 60_000);
afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await postgres.close();
});

test('greeting, a flood, three answers a minute, a block and its end, by a whole gateway', async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const port = await freePort();
  desk.configure({
    store: { url },
    http: { port },
    bot: { brains: ['faq'], turnPause: '0ms', turnPauseMax: '0ms' },
    accounts: [
      {
        id: 'tg',
        channel: 'telegram',
        token: simulator.token,
        apiRoot: simulator.url,
        officialName: '@ExampleSupportBot',
      },
    ],
  });
  const made = await desk.run(['admin', 'create', '--email', EMAIL, '--name', 'Lead', '--password-stdin'], PASSWORD);
  expect(made.code).toBe(0);
  const serving = await desk.serve();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const lead = new DeskClient(port, `127.0.0.1:${port}`);
  expect((await lead.signIn(EMAIL, PASSWORD)).status).toBe(200);
  const kim = simulator.customer(7001, { firstName: 'Kim', languageCode: 'en' });
  const texts = (): string[] => kim.received().map((message) => message.text);

  kim.write('What are your trading fees?');
  await eventually(() => expect(texts()).toHaveLength(2));
  expect(texts()[0]).toContain('automatic assistant');
  expect(texts()[0]).toContain('Telegram: @ExampleSupportBot');
  expect(texts()[1]).not.toContain('automatic assistant');

  // Asked twice more, the bot has nothing new to say: people take over, and nothing stands twice in a row.
  kim.write('What are your trading fees?');
  await eventually(() => expect(texts()).toEqual([...texts().slice(0, 2), botText('handedOver', 'en')]));

  for (let index = 0; index < 24; index += 1) kim.write(`hello ${index}`);
  await eventually(async () => {
    const { rows } = await pool.query<{ state: string; n: number }>(
      `SELECT coalesce(state_reason, state) AS state, count(*)::integer AS n FROM message WHERE text LIKE 'hello %' GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { state: 'flood', n: 6 },
      { state: 'owned by people', n: 18 },
    ]);
  });
  const list = await lead.get('conversations?view=all');
  const id = String(at(list.body, 'items.0.id'));
  expect(at(list.body, 'items.0.unread')).toBe(20);

  const blocked = await lead.post(`conversations/${id}/block`, { id: randomUUID(), term: 'day', reason: 'spam' });
  expect(blocked.status).toBe(200);
  kim.write('and another');
  kim.write('and one more');
  await eventually(() => expect(texts()).toHaveLength(4));
  expect(texts()[3]).toBe(botText('blocked', 'en'));
  expect((await lead.ask('DELETE', `conversations/${id}/block`)).status).toBe(200);
  await pool.query(`UPDATE thread SET minute_from = minute_from - interval '1 minute'`);
  kim.write('thank you for that');
  await eventually(async () => {
    const { rows } = await pool.query(`SELECT state, state_reason FROM message WHERE text = 'thank you for that'`);
    expect(rows).toEqual([{ state: 'routed', state_reason: 'owned by people' }]);
  });
  expect(texts()).toHaveLength(4);

  // Three answers a minute, for somebody whom the bot can go on answering.
  const lee = simulator.customer(7002, { firstName: 'Lee', languageCode: 'en' });
  const toLee = (): string[] => lee.received().map((message) => message.text);
  const questions = ['What are your trading fees?', 'How do I verify my identity?', 'My deposit has not arrived'];
  for (const [index, question] of questions.entries()) {
    lee.write(question);
    await eventually(() => expect(toLee().length).toBeGreaterThanOrEqual(index + 2));
  }
  lee.write('My withdrawal is pending');
  await eventually(async () => {
    const { rows } = await pool.query<{ state: string; waits: boolean; free: boolean }>(
      `SELECT m.state, t.due_at > now() + interval '20 seconds' AS waits, t.lease_owner IS NULL AS free
       FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.text = 'My withdrawal is pending'`,
    );
    expect(rows).toEqual([{ state: 'new', waits: true, free: true }]);
  });
  await pool.end();
  expect((await serving.stop()).code).toBe(0);
}, 120_000);
