import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { rawPlace } from '../../../src/cli/keys.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { createKeyRing, type KeyRing } from '../../../src/files/crypto.ts';
import { eventually } from '../../kit/eventually.ts';
import { startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { ask, type Desk, dump, openDesk } from './cli-kit.ts';

const KEY = '11'.repeat(32);
const CANARY = 'canary-7f3e';

let postgres: TestPostgres;
let desk: Desk;
let simulator: TelegramSimulator;
let url: string;
let keys: KeyRing;

beforeAll(async () => {
  postgres = await startPlainPostgres();
  simulator = createTelegramSimulator();
  await simulator.start();
  desk = openDesk();
  keys = createKeyRing([{ version: 1, bytes: Buffer.from(KEY, 'hex') }]);
}, 60_000);

afterAll(async () => {
  await desk.remove();
  await simulator.stop();
  await postgres.close();
});

function configuration(changes: object = {}): object {
  return {
    store: { url },
    masterKey: KEY,
    accounts: [{ id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url }],
    ...changes,
  };
}

beforeEach(async () => {
  url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  desk.configure(configuration());
}, 30_000);

/** One customer's conversation, answered; the ids of its contact and its sent part. */
async function conversation(text: string): Promise<{ contact: string; part: string }> {
  const channel = memoryChannel('tg');
  const gateway = await startGateway({ url, account: channel });
  try {
    await gateway.receive([
      customerMessage('5001', text, {
        author: { externalId: '5001', displayName: text, handle: text, isBot: false },
        entry: text,
      }),
    ]);
    await eventually(() => expect(channel.arrived).toHaveLength(1));
    await eventually(async () => expect(await ask(url, `SELECT FROM delivery WHERE state = 'sent'`)).toHaveLength(1));
  } finally {
    await gateway.stop();
  }
  const [contact] = await ask<{ id: string }>(url, 'SELECT id FROM contact');
  const [part] = await ask<{ id: string }>(url, 'SELECT id FROM delivery');
  return { contact: contact?.id ?? '', part: part?.id ?? '' };
}

async function partIn(state: string): Promise<string> {
  const [row] = await ask<{ id: string }>(
    url,
    `INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, class, part, state, attention_at)
     SELECT gen_random_uuid(), message_id, thread_id, conversation_id, account_id,
       (SELECT max(out_seq) + 1 FROM delivery), 0, 'single', '{"text": "x"}', $1, now() FROM delivery ORDER BY out_seq LIMIT 1 RETURNING id`,
    [state],
  );
  await ask(url, 'UPDATE thread SET last_out = (SELECT max(out_seq) FROM delivery)');
  return row?.id ?? '';
}

test('outbox: lists, retries as a new part, discards; both audited with the operator', async () => {
  await conversation('hello');
  const review = await partIn('needs_review');
  const failed = await partIn('failed');
  const other = await partIn('needs_review');
  const list = await desk.run(['outbox', 'list', '--json']);
  expect(JSON.parse(list.stdout)).toMatchObject([{ id: review }, { id: failed }, { id: other }]);

  expect((await desk.run(['outbox', 'discard', review])).code).toBe(0);
  expect((await desk.run(['outbox', 'retry', failed])).code).toBe(0);
  expect((await desk.run(['outbox', 'retry', failed])).stderr).toContain('sent again already');
  const states = await ask(url, `SELECT id, state FROM delivery WHERE id = ANY ($1) ORDER BY out_seq`, [
    [review, failed],
  ]);
  expect(states).toEqual([
    { id: review, state: 'cancelled' },
    { id: failed, state: 'failed' },
  ]);
  expect(await ask(url, `SELECT state FROM delivery WHERE resend_of = $1`, [failed])).toEqual([{ state: 'pending' }]);
  const rest = await desk.run(['outbox', 'list']);
  expect(rest.stdout).toContain(other);
  expect(rest.stdout).not.toContain(failed);
  const audit = await ask(
    url,
    `SELECT action FROM audit WHERE actor_kind = 'operator' AND actor_id IS NOT NULL ORDER BY id`,
  );
  expect(audit).toEqual([{ action: 'delivery.dismiss' }, { action: 'delivery.resend' }]);

  const wrong = await desk.run(['outbox', 'discard', failed]);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('failed for good')]);
  expect((await desk.run(['outbox', 'retry', 'abc'])).stderr).toContain('"abc" is no id');
}, 60_000);

test('inbound: a parked payload comes in once it can be read, a hopeless one stays', async () => {
  const update = (id: number, text: string) => ({
    update_id: id,
    message: {
      message_id: id,
      date: 1,
      chat: { id: 42, type: 'private', first_name: 'A' },
      from: { id: 42, is_bot: false, first_name: 'A' },
      text,
    },
  });
  const park = (key: string, bytes: Buffer) =>
    ask(
      url,
      `INSERT INTO inbound_event (account_id, event_key, kind, state, reason, raw) VALUES ('tg', $1, 'none', 'parked', 'a reason', $2)`,
      [key, keys.seal(bytes, rawPlace('tg', key))],
    );
  await ask(url, `INSERT INTO account (id, channel) VALUES ('tg', 'telegram')`);
  await park('old/key:1', Buffer.from(JSON.stringify(update(900, 'now readable'))));
  await park('malformed:2', Buffer.from('no json'));
  const list = await desk.run(['inbound', 'list', '--json']);
  expect(JSON.parse(list.stdout)).toMatchObject([
    { key: 'tg/old/key:1', reason: 'a reason' },
    { key: 'tg/malformed:2' },
  ]);

  const hopeless = await desk.run(['inbound', 'replay', 'tg/malformed:2']);
  expect([hopeless.code, hopeless.stderr]).toEqual([1, expect.stringContaining('still parked')]);
  const done = await desk.run(['inbound', 'replay', 'tg/old/key:1']);
  expect([done.code, done.stdout, done.stderr]).toEqual([0, 'Replayed: stored.\n', '']);
  expect(await ask(url, 'SELECT text, state FROM message')).toEqual([{ text: 'now readable', state: 'new' }]);
  expect(await ask(url, `SELECT due_at <= now() + interval '1 second' AS due FROM thread`)).toEqual([{ due: true }]);
  const events = await ask(
    url,
    `SELECT event_key, state, raw IS NULL AS emptied FROM inbound_event WHERE event_key <> 'malformed:2' ORDER BY state`,
  );
  expect(events).toEqual([
    { event_key: 'old/key:1', state: 'filed', emptied: true },
    { event_key: expect.stringContaining('900'), state: 'stored', emptied: false },
  ]);
  expect(await ask(url, `SELECT subject_id FROM audit WHERE action = 'inbound.replayed'`)).toEqual([
    { subject_id: 'tg/old/key:1' },
  ]);
  const again = await desk.run(['inbound', 'replay', 'tg/old/key:1']);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('nothing is parked under this key')]);
}, 60_000);

test('inbound: a parked message goes back to the bot', async () => {
  await conversation('poison');
  const [message] = await ask<{ id: string }>(
    url,
    `UPDATE message SET state = 'parked', parked_at = now() WHERE kind = 'inbound' RETURNING id`,
  );
  await ask(url, `UPDATE conversation SET owner_kind = 'queue', owner_team = 'support'`);
  await ask(url, 'UPDATE thread SET due_at = NULL, alone_deaths = 3');
  const done = await desk.run(['inbound', 'replay', message?.id ?? '']);
  expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('The bot takes it up')]);
  expect(await ask(url, `SELECT state FROM message WHERE id = $1`, [message?.id])).toEqual([{ state: 'new' }]);
  expect(await ask(url, `SELECT owner_kind FROM conversation`)).toEqual([{ owner_kind: 'bot' }]);
  expect(await ask(url, `SELECT due_at IS NOT NULL AS due, alone_deaths FROM thread`)).toEqual([
    { due: true, alone_deaths: 0 },
  ]);
  expect(await ask(url, `SELECT FROM audit WHERE action = 'message.replayed'`)).toHaveLength(1);
}, 60_000);

test('admin create: argon2id, the password from standard input or printed once', async () => {
  const given = await desk.run(
    ['admin', 'create', '--email', 'Ann@Example.com', '--name', 'Ann', '--password-stdin'],
    'correct horse battery\n',
  );
  expect([given.code, given.stderr]).toEqual([0, '']);
  expect(given.stdout).not.toContain('correct horse');
  const [agent] = await ask<{ email: string; role: string; password_hash: string }>(
    url,
    'SELECT email, role, password_hash FROM agent',
  );
  expect(agent).toMatchObject({
    email: 'ann@example.com',
    role: 'admin',
    password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
  });
  expect(await verify(agent?.password_hash ?? '', 'correct horse battery')).toBe(true);
  const made = await desk.run(['admin', 'create', '--email', 'bob@example.com', '--name', 'Bob']);
  const password = /once: (\S{20})\n/.exec(made.stdout)?.[1] ?? '';
  const [bob] = await ask<{ password_hash: string }>(
    url,
    `SELECT password_hash FROM agent WHERE email = 'bob@example.com'`,
  );
  expect(await verify(bob?.password_hash ?? '', password)).toBe(true);
  expect((await desk.run(['admin', 'create', '--email', 'ANN@example.com', '--name', 'A'])).stderr).toContain(
    'exists already',
  );
  expect(
    (await desk.run(['admin', 'create', '--email', 'c@example.com', '--name', 'C', '--password-stdin'], 'short'))
      .stderr,
  ).toContain('use 12 to 256');
  expect(await ask(url, `SELECT FROM audit WHERE action = 'agent.created'`)).toHaveLength(2);
}, 60_000);

test('contact erase: no trace of the words is left in any table or file; the keys are', async () => {
  const { contact } = await conversation(CANARY);
  const folder = join(desk.folder, 'data/blobs');
  const blob = keys.digest(Buffer.from(`{"id":5001,"text":"${CANARY}"}`), 'blob').toString('hex');
  mkdirSync(join(folder, blob.slice(0, 2)), { recursive: true });
  const file = join(folder, blob.slice(0, 2), blob);
  writeFileSync(
    file,
    keys.seal(Buffer.from(`{"id":5001,"text":"${CANARY}"}`), { table: 'blob', column: 'content', row: blob }),
  );
  // What the harness does not seal, and what other ways of arriving leave behind.
  await ask(url, `UPDATE inbound_event SET raw = $1`, [Buffer.from(`plain ${CANARY}`)]);
  const quoted = Buffer.from(`{"message": {"reply_to": {"from": {"id": 5001}, "text": "${CANARY}"}}}`);
  const stranger = Buffer.from(`{"message": {"from": {"id": 15001}, "text": "not theirs"}}`);
  const add = (key: string, raw: Buffer | null, rawBlob: string | null) =>
    ask(
      url,
      `INSERT INTO inbound_event (account_id, event_key, kind, state, raw, raw_blob) VALUES ('tg', $1, 'none', 'parked', $2, $3)`,
      [key, raw === null ? null : keys.seal(raw, rawPlace('tg', key)), rawBlob],
    );
  await add('quoted', quoted, null);
  await add('stranger', stranger, null);
  await add('large', null, blob);
  await ask(
    url,
    `INSERT INTO message_edit (message_id, at, text, event_key) SELECT id, now(), $1, 'e' FROM message LIMIT 1`,
    [CANARY],
  );
  await ask(url, `UPDATE conversation SET topic = $1, bot_memory = jsonb_build_object('x', $1::text)`, [CANARY]);
  await ask(url, `UPDATE delivery SET error = $1`, [CANARY]);
  await ask(url, `UPDATE thread SET title = $1`, [CANARY]);
  await ask(
    url,
    `INSERT INTO secret_finding (id, account_id, event_key, message_id, rule, certain, path, start, length, sealed)
    SELECT gen_random_uuid(), 'tg', event_key, id, 'r', false, 'p', 0, 1, $1 FROM message WHERE kind = 'inbound'`,
    [Buffer.from(CANARY)],
  );
  const hits = async (): Promise<string[]> => {
    const hex = Buffer.from(CANARY).toString('hex');
    return Object.entries(await dump(url)).flatMap(([table, rows]) =>
      rows.filter((row) => row.includes(CANARY) || row.includes(hex)).map(() => table),
    );
  };
  const seeded = new Set(await hits());
  for (const table of [
    'contact',
    'identity',
    'message',
    'message_edit',
    'conversation',
    'delivery',
    'thread',
    'inbound_event',
    'secret_finding',
  ]) {
    expect([table, seeded.has(table)]).toEqual([table, true]);
  }

  const exported = await desk.run(['contact', 'export', contact]);
  const data = JSON.parse(exported.stdout) as { contact: object; messages: object[]; payloads: object[] };
  expect(data.contact).toMatchObject({ display_name: CANARY });
  expect(data.messages).toMatchObject([
    { text: CANARY, kind: 'inbound' },
    { kind: 'outbound', deliveries: [{ state: 'sent' }] },
  ]);
  expect(JSON.stringify(data.payloads)).toContain('reply_to');
  expect(JSON.stringify(data.payloads)).not.toContain('not theirs');

  const careful = await desk.run(['contact', 'erase', contact]);
  expect([careful.code, careful.stderr]).toEqual([1, expect.stringContaining('add --yes')]);
  const before = await ask<{ key: string }>(url, 'SELECT event_key AS key FROM inbound_event ORDER BY 1');
  const erased = await desk.run(['contact', 'erase', contact, '--yes']);
  expect([erased.code, erased.stderr]).toEqual([0, '']);
  expect(await hits()).toEqual([]);
  expect(await ask(url, 'SELECT event_key AS key FROM inbound_event ORDER BY 1')).toEqual(before);
  expect(await ask(url, `SELECT event_key FROM inbound_event WHERE raw IS NOT NULL OR raw_blob IS NOT NULL`)).toEqual([
    { event_key: 'stranger' },
  ]);
  await expect(import('node:fs/promises').then(({ access }) => access(file))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await ask(url, 'SELECT status, owner_kind FROM conversation')).toEqual([
    { status: 'resolved', owner_kind: 'none' },
  ]);
  expect(await ask(url, `SELECT subject_id FROM audit WHERE action = 'contact.erased'`)).toEqual([
    { subject_id: contact },
  ]);
  expect((await desk.run(['contact', 'erase', '00000000-0000-7000-8000-000000000000', '--yes'])).stderr).toContain(
    'there is no contact',
  );
}, 60_000);

test('backup and restore by command, and config export hides secrets', async () => {
  await conversation('kept');
  const file = join(desk.folder, 'b.gz');
  const written = await desk.run(['backup', file]);
  expect([written.code, written.stdout]).toEqual([0, expect.stringContaining('The master key is NOT in it')]);
  const messages = (await dump(url))['message'];
  const refused = await desk.run(['restore', file]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('the store is not empty')]);
  url = await postgres.createDatabase();
  desk.configure(configuration());
  const restored = await desk.run(['restore', file]);
  expect([restored.code, restored.stdout, restored.stderr]).toEqual([0, expect.stringContaining('Restored'), '']);
  expect((await dump(url))['message']).toEqual(messages);
  const exported = await desk.run(['config', 'export']);
  expect(exported.stdout).toContain('(redacted)');
  expect(exported.stdout).not.toContain(KEY);
}, 60_000);
