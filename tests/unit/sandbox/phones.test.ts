import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { keepPhones, readPhones } from '../../../src/sandbox/phone-file.ts';
import { createPhones } from '../../../src/sandbox/phones.ts';
import { READY_CUSTOMERS } from '../../../src/sandbox/ready-customers.ts';
import { telegramTroubles } from '../../../src/sandbox/troubles/of-telegram.ts';
import { createTroubles } from '../../../src/sandbox/troubles/troubles.ts';
import { quietLog } from '../../kit/quiet-log.ts';

let simulator: TelegramSimulator;
let folder: string;
let changes: number;
const onChange = (): void => {
  changes += 1;
};

beforeEach(async () => {
  changes = 0;
  folder = mkdtempSync(join(tmpdir(), 'parley-phones-'));
  simulator = createTelegramSimulator({ firstMessageId: 500 });
  await simulator.start();
});
afterEach(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A call of the bot's, as the gateway makes it. */
async function send(chat: number, text: string): Promise<Response> {
  return fetch(`${simulator.url}/bot${simulator.token}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chat_id: chat, text }),
  });
}

test('the phones show what is written and what comes back, in order', async () => {
  const phones = createPhones({ simulator, kept: [], begun: [], onChange });
  expect(phones.list().map(({ name }) => name)).toEqual(READY_CUSTOMERS.map(({ name }) => name));
  phones.say(1001, 'hello');
  expect((await send(1001, 'good morning')).status).toBe(200);
  const [ann] = phones.list();
  expect(ann?.messages).toEqual([
    expect.objectContaining({ id: 500, from: 'customer', text: 'hello', taken: false, edited: false }),
    expect.objectContaining({ id: 501, from: 'support', text: 'good morning', taken: true, answered: true }),
  ]);
  phones.edit(1001, 500, 'hello there');
  expect(phones.list()[0]?.messages[0]).toMatchObject({ text: 'hello there', edited: true });
  expect(() => phones.edit(1001, 501, 'not mine')).toThrow('no message 501');
  expect(changes).toBeGreaterThan(2);
});

test('somebody who writes through another door gets a phone as well', () => {
  const phones = createPhones({ simulator, kept: [], begun: [], onChange });
  simulator.customer(77).write('from the terminal');
  expect(phones.list().at(-1)).toMatchObject({ id: 77, name: 'Customer 77' });
  expect(phones.add('Zoë', 'en')).toMatchObject({ id: 2001, name: 'Zoë', messages: [] });
  expect(phones.add('Max', 'en').id).toBe(2002);
});

test('who blocked the bot is out of reach until they write', async () => {
  const phones = createPhones({ simulator, kept: [], begun: [], onChange });
  phones.say(1001, 'hello');
  phones.block(1001, true);
  expect((await send(1001, 'are you there?')).status).toBe(403);
  phones.say(1001, 'again');
  expect((await send(1001, 'there you are')).status).toBe(200);
  expect(phones.list()[0]).toMatchObject({ blocked: false });
});

test('a later run knows the phones, may write to them, and gives out no number twice', async () => {
  const first = createPhones({ simulator, kept: [], begun: [], onChange });
  first.say(1002, '你好');
  first.block(1003, true);
  const kept = first.list();
  const later = createTelegramSimulator({ firstMessageId: 400 });
  await later.start();
  try {
    const second = createPhones({ simulator: later, kept, begun: [], onChange });
    expect(second.list().find(({ id }) => id === 1002)?.messages).toEqual([
      expect.objectContaining({ id: 500, text: '你好', from: 'customer' }),
    ]);
    expect(second.list().find(({ id }) => id === 1003)).toMatchObject({ blocked: true });
    second.say(1002, '还在吗？');
    expect(
      second
        .list()
        .find(({ id }) => id === 1002)
        ?.messages.map(({ id }) => id),
    ).toEqual([500, 501]);
    second.edit(1002, 500, '您好');
    expect(second.list().find(({ id }) => id === 1002)?.messages[0]).toMatchObject({ text: '您好', edited: true });
  } finally {
    await later.stop();
  }
});

test('whoever the store knows is known, also where no phone was kept', async () => {
  const phones = createPhones({
    simulator,
    kept: [],
    begun: [
      { id: 1002, name: 'somebody' },
      { id: 2007, name: 'Noa' },
    ],
    onChange,
  });
  expect(phones.list().find(({ id }) => id === 2007)).toMatchObject({ name: 'Noa', messages: [] });
  for (const id of [1002, 2007]) expect((await send(id, 'there you are')).status).toBe(200);
  expect((await send(1001, 'who never wrote')).status).toBe(400);
});

test('what is kept is masked, is for this user alone, and nonsense in its place is no harm', async () => {
  const file = join(folder, 'phones.json');
  const phones = createPhones({ simulator, kept: [], begun: [], onChange });
  const log = quietLog();
  const keeper = keepPhones(file, phones.list, log);
  phones.say(1001, 'my words: legal winner thank year wave sausage worth useful legal winner thank yellow');
  keeper.touch();
  await keeper.close();
  expect(readFileSync(file, 'utf8')).not.toContain('sausage');
  expect(readPhones(file, log)[0]?.messages).toHaveLength(1);
  writeFileSync(file, '{"phones": 3}');
  expect(readPhones(file, log)).toEqual([]);
  expect(readPhones(join(folder, 'missing.json'), log)).toEqual([]);
});

test('trouble counts its strikes and leaves when it has struck often enough', async () => {
  const phones = createPhones({ simulator, kept: [], begun: [], onChange });
  const troubles = createTroubles([telegramTroubles(simulator)], onChange);
  phones.say(1001, 'hello');
  phones.say(1002, 'hello');
  troubles.add('too_many', 1001);
  troubles.add('server_error', undefined);
  expect((await send(1002, 'x')).status).toBe(502);
  expect((await send(1001, 'x')).status).toBe(429);
  expect(troubles.list()).toEqual([
    { id: 1, kind: 'too_many', left: 1, struck: 1 },
    { id: 2, kind: 'server_error', left: 1, struck: 1 },
  ]);
  expect((await send(1001, 'x')).status).toBe(429);
  expect(troubles.list().map(({ kind }) => kind)).toEqual(['server_error']);
  troubles.clear(null);
  expect((await send(1002, 'x')).status).toBe(200);
  troubles.add('duplicates', undefined);
  expect(troubles.list()).toEqual([{ id: 3, kind: 'duplicates', left: null, struck: 0 }]);
});
