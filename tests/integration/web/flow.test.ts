import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at } from '../../kit/desk/client.ts';
import { openLive } from '../../kit/desk/live.ts';
import { eventually } from '../../kit/eventually.ts';
import { type ChatStand, SITE_SECRET, startChatStand } from './chat-stand.ts';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

let stand: ChatStand;
beforeAll(async () => {
  stand = await startChatStand({ limits: { messagesPerMinuteAndAddress: 10_000, visitorsPerMinuteAndAddress: 1_000 } });
}, 90_000);
afterAll(async () => {
  await stand.stop();
}, 30_000);

function siteToken(claims: object, secret = SITE_SECRET, head: object = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part(head)}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
const inAnHour = (): number => Math.floor(Date.now() / 1_000) + 3_600;

test('what a visitor writes is answered, shown at once, and there again after a reload and a restart', async () => {
  const visitor = stand.visitor();
  await visitor.open();
  visitor.write('first');
  visitor.write('second');
  const shown = () => visitor.seen().map(({ mine, text }) => `${mine ? 'me' : 'us'}: ${text}`);
  await eventually(
    () => expect(shown().toSorted()).toEqual(['me: first', 'me: second', 'us: first', 'us: second']),
    10_000,
  );
  // Order within each side is the order of writing.
  expect(shown().filter((line) => line.startsWith('me'))).toEqual(['me: first', 'me: second']);
  expect(shown().filter((line) => line.startsWith('us'))).toEqual(['us: first', 'us: second']);

  const session = await visitor.session();
  // With the stream still open: it must not keep the gateway from ending.
  const beganMs = performance.now();
  await stand.restart();
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  await visitor.leave();
  const again = stand.visitor({ session });
  const page = (await (await again.call('GET', 'history')).json()) as { items: { text: string; mine: boolean }[] };
  expect(page.items.map(({ mine, text }) => `${mine ? 'me' : 'us'}: ${text}`)).toEqual(shown());
}, 40_000);

test('sent twice is stored once; what came while the stream was cut comes with the next', async () => {
  const visitor = stand.visitor();
  const body = { clientId: 'twice-and-the-same', text: 'only once' };
  const answers = await Promise.all([1, 2, 3].map(() => visitor.call('POST', 'messages', body)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await visitor.open();
  await eventually(() => expect(visitor.seen()).toHaveLength(2), 10_000);
  visitor.cut();
  visitor.write('while away');
  await visitor.settled();
  await visitor.open();
  await eventually(
    () =>
      expect(
        visitor
          .seen()
          .map(({ text }) => text)
          .toSorted(),
      ).toEqual(['only once', 'only once', 'while away', 'while away']),
    10_000,
  );
  const rows = await stand.query(`SELECT FROM message WHERE kind = 'inbound' AND text = 'only once'`);
  expect(rows).toHaveLength(1);
});

test('a crash between the commit and the page: the next sending puts the words there, and stores nothing twice', async () => {
  const visitor = stand.visitor();
  const body = { clientId: 'lost-on-the-way', text: 'words of a crash' };
  const sent = async () => expect((await visitor.call('POST', 'messages', body)).status).toBe(200);
  await sent();
  const removed = await stand.query(
    `DELETE FROM place_entry WHERE payload->>'id' LIKE '%lost-on-the-way' RETURNING seq`,
  );
  expect(removed).toHaveLength(1);
  await sent();
  const page = (await (await visitor.call('GET', 'history')).json()) as { items: { text: string; mine: boolean }[] };
  expect(page.items.filter(({ mine }) => mine).map(({ text }) => text)).toEqual(['words of a crash']);
  expect(await stand.query(`SELECT FROM message WHERE kind = 'inbound' AND text = 'words of a crash'`)).toHaveLength(1);
});

test('words that cannot be put into their place are asked for again, and are there at the next sending', async () => {
  const visitor = stand.visitor();
  const body = { clientId: 'no-place-for-it', text: 'words without a place' };
  await stand.query(
    `ALTER TABLE place_entry ADD CONSTRAINT no_place CHECK (payload->>'text' <> 'words without a place') NOT VALID`,
  );
  try {
    const refused = await visitor.call('POST', 'messages', body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  } finally {
    await stand.query(`ALTER TABLE place_entry DROP CONSTRAINT no_place`);
  }
  expect((await visitor.call('POST', 'messages', body)).status).toBe(200);
  const page = (await (await visitor.call('GET', 'history')).json()) as { items: { text: string; mine: boolean }[] };
  expect(page.items.filter(({ mine }) => mine).map(({ text }) => text)).toEqual([body.text]);
  expect(await stand.query(`SELECT FROM message WHERE kind = 'inbound' AND text = $1`, [body.text])).toHaveLength(1);
});

test('customers whose ids look like secrets stay different people, and each of their messages counts', async () => {
  const subs = ['4111111111111111', '5555555555554444', '0f'.repeat(32), '1e'.repeat(32)];
  for (const sub of subs) {
    const visitor = stand.visitor({ token: siteToken({ sub, exp: inAnHour() }) });
    for (const clientId of ['ab'.repeat(32), 'cd'.repeat(32)]) {
      const body = { clientId, text: `as a secret ${clientId.slice(0, 2)}` };
      expect((await visitor.call('POST', 'messages', body)).status).toBe(200);
    }
  }
  const threads = await stand.query(
    `SELECT t.external_key AS key, count(*)::int AS messages FROM thread t JOIN message m ON m.thread_id = t.id
     WHERE m.text LIKE 'as a secret %' AND m.kind = 'inbound' GROUP BY 1 ORDER BY 1`,
  );
  expect(threads).toEqual(subs.toSorted().map((sub) => ({ key: `user:${sub}`, messages: 2 })));
});

test('a file that is not kept any more is told as gone', async () => {
  const visitor = stand.visitor();
  const file = { kind: 'document', blobId: 'f'.repeat(64), name: 'a.pdf', mime: 'application/pdf', sizeBytes: 5 };
  visitor.write('begin');
  await visitor.settled();
  const [row] = await stand.query<{ place: string }>(`SELECT place FROM place_entry WHERE payload->>'text' = 'begin'`);
  const entry = JSON.stringify({ kind: 'ours', text: '', files: [file] });
  await stand.query(`SELECT append_entry_v1('site', $1, 'gone file', $2)`, [row?.place, entry]);
  const [{ seq } = { seq: 0 }] = await stand.query<{ seq: number }>(
    `SELECT seq::int FROM place_entry WHERE key = 'gone file'`,
  );
  expect((await visitor.call('GET', `files/${seq}/0`)).status).toBe(410);
  expect((await visitor.call('GET', `files/${seq}/1`)).status).toBe(404);
});

test('that a visitor writes reaches the desk, and leaves nothing behind', async () => {
  const visitor = stand.visitor();
  visitor.write('what the desk sees');
  await visitor.settled();
  const host = new URL(stand.address).host;
  const page = await openLive(Number(new URL(stand.address).port), stand.lead, { host, origin: stand.address });
  try {
    const [row] = await stand.query<{ id: string; version: number }>(
      `SELECT c.id, c.version FROM conversation c JOIN message m ON m.conversation_id = c.id
       WHERE m.text = 'what the desk sees' AND m.kind = 'inbound'`,
    );
    expect((await visitor.call('POST', 'typing')).status).toBe(200);
    await eventually(() => expect(page.told).toContainEqual({ type: 'typing', conversation: row?.id }), 10_000);
    const stranger = stand.visitor();
    expect((await stranger.call('POST', 'typing')).status).toBe(200);
    expect((await visitor.call('POST', 'typing')).status).toBe(200);
    const ofTyping = (): unknown[] => page.told.filter((one) => at(one, 'type') === 'typing');
    await eventually(() => expect(ofTyping()).toHaveLength(2), 10_000);
    expect(ofTyping()).toEqual([0, 1].map(() => ({ type: 'typing', conversation: row?.id })));
  } finally {
    page.close();
  }
});

test('secrets are masked before anything is kept, and the visitor sees them masked too', async () => {
  const visitor = stand.visitor();
  await visitor.open();
  visitor.write(`my words: ${SEED}`);
  await visitor.settled();
  await eventually(() => expect(visitor.seen().some(({ mine }) => mine)).toBe(true), 10_000);
  expect(visitor.seen().find(({ mine }) => mine)?.text).toMatch(/^my words: [•\s]+$/u);
  const kept = await stand.query<{ payload: unknown }>('SELECT payload FROM place_entry');
  expect(JSON.stringify(kept)).not.toContain('sausage');
});

test('a file comes whole to the desk, and nobody else can fetch or name it', async () => {
  const visitor = stand.visitor();
  await visitor.open();
  visitor.write('', [{ name: 'beweis ü.png', mime: 'image/png', bytes: PICTURE }]);
  await visitor.settled();
  await eventually(() => expect(visitor.seen().some(({ mine }) => mine)).toBe(true), 10_000);
  const mine = visitor.seen().find((message) => message.mine);
  expect(mine?.files).toEqual([{ name: 'beweis ü.png', sizeBytes: PICTURE.length, picture: true }]);
  const answer = await visitor.call('GET', `files/${mine?.seq ?? 0}/0`);
  expect(answer.headers.get('content-type')).toBe('image/png');
  const sum = createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
  expect(sum).toBe(createHash('sha256').update(PICTURE).digest('hex'));
  await eventually(
    async () =>
      expect(await stand.query(`SELECT state FROM attachment WHERE file_name = 'beweis ü.png'`)).toEqual([
        { state: 'stored' },
      ]),
    10_000,
  );
  const stranger = stand.visitor();
  expect((await stranger.call('GET', `files/${mine?.seq ?? 0}/0`)).status).toBe(404);
  const upload = await visitor.call('POST', 'files', PICTURE, { 'content-type': 'image/png' });
  const { file } = (await upload.json()) as { file: string };
  const stolen = await stranger.call('POST', 'messages', { clientId: 'stolen-file', text: 'see', files: [file] });
  expect(stolen.status).toBe(400);
});

test('the site says who is there: name and identity are its word, and nothing else is believed', async () => {
  const claims = { sub: 'customer-7', name: 'Ana Lee', exp: inAnHour() };
  const visitor = stand.visitor({ token: siteToken(claims) });
  visitor.write('it is me');
  await visitor.settled();
  const [row] = await stand.query(
    `SELECT i.external_id, i.display_name FROM identity i JOIN message m ON m.author_id = i.id::text OR TRUE
     WHERE i.external_id = 'user:customer-7' LIMIT 1`,
  );
  expect(row).toEqual({ external_id: 'user:customer-7', display_name: 'Ana Lee' });
  const refused = async (token: string): Promise<unknown> => {
    const response = await fetch(`${stand.chat}session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const { error } = (await response.json()) as { error?: { code: string } };
    return [response.status, error?.code];
  };
  expect(await refused(siteToken(claims, 'another secret of the same good length'))).toEqual([401, 'wrong_signature']);
  expect(await refused(siteToken(claims, SITE_SECRET, { alg: 'none' }))).toEqual([401, 'wrong_algorithm']);
  expect(await refused(siteToken({ ...claims, exp: 1_000 }))).toEqual([401, 'expired']);
  expect(await refused(siteToken({ ...claims, exp: inAnHour() + 10 * 86_400 }))).toEqual([401, 'too_long_lived']);
  expect(await refused(siteToken({ sub: 'x' }))).toEqual([401, 'no_subject']);
  expect(await refused('nonsense')).toEqual([401, 'not_a_token']);
  expect(stand.lines.join('')).not.toContain(SITE_SECRET);
});

test('an agent answers, edits, takes back and is seen writing; the visitor sees each', async () => {
  const visitor = stand.visitor();
  await visitor.open();
  visitor.write('to a person please');
  await visitor.settled();
  const [conversation] = await eventually(async () => {
    const rows = await stand.query<{ id: string }>(
      `SELECT m.conversation_id AS id FROM message m WHERE m.text = 'to a person please' AND m.kind = 'inbound'`,
    );
    expect(rows).toHaveLength(1);
    return rows;
  }, 10_000);
  const id = conversation?.id ?? '';
  const message = crypto.randomUUID();
  const done = async (answer: Promise<{ status: number }>): Promise<void> =>
    expect((await answer).status).toBeLessThan(300);
  const texts = () => visitor.seen().flatMap(({ mine, text }) => (mine ? [] : [text]));
  // An agent who answers before the bot did has the bot's answer taken back.
  await eventually(() => expect(texts()).toHaveLength(1), 10_000);
  await done(stand.lead.post(`conversations/${id}/replies`, { id: message, text: 'It is on its wey.' }));
  await eventually(() => expect(texts()).toContain('It is on its wey.'), 10_000);
  const states = async () =>
    (
      await stand.query<{ state: string }>(
        `SELECT state FROM delivery WHERE thread_id = (SELECT thread_id FROM message WHERE id = $1)
      AND action = 'send' ORDER BY out_seq`,
        [message],
      )
    ).map(({ state }) => state);
  await eventually(async () => expect(await states()).toEqual(['sent', 'sent']), 10_000);
  const first = visitor.seen().find(({ mine }) => !mine)?.seq ?? 0;
  expect((await visitor.call('POST', 'read', { seq: first })).status).toBe(200);
  expect(await states()).toEqual(['read', 'sent']);
  // Further than there is anything: to the end, and no further.
  expect((await visitor.call('POST', 'read', { seq: 1_000_000 })).status).toBe(200);
  expect(await states()).toEqual(['read', 'read']);
  expect(visitor.typings()).toBe(0);
  await done(stand.lead.post(`conversations/${id}/typing`, {}));
  await eventually(() => expect(visitor.typings()).toBe(1), 10_000);
  const op = (): string => crypto.randomUUID();
  await done(stand.lead.ask('PATCH', `messages/${message}`, { body: { id: op(), text: 'It is on its way.' } }));
  await eventually(() => expect(texts()).toContain('It is on its way.'), 10_000);
  expect(texts()).not.toContain('It is on its wey.');
  await done(stand.lead.ask('DELETE', `messages/${message}?op=${op()}`));
  await eventually(() => expect(texts()).not.toContain('It is on its way.'), 10_000);
}, 30_000);

test('pages of other sites, cookies, odd bodies and floods get nowhere', async () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${stand.chat}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  expect((await post('session', '{}', { origin: 'https://evil.example' })).status).toBe(403);
  const behindProxy = { origin: 'https://public.example', 'sec-fetch-site': 'same-origin' };
  expect((await post('session', '{}', behindProxy)).status).toBe(200);
  expect((await post('session', '{}', { ...behindProxy, 'sec-fetch-site': 'same-site' })).status).toBe(403);
  const allowed = await post('session', '{}', { origin: 'http://shop.test' });
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://shop.test');
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  expect((await post('messages', '{"clientId":"12345678","text":"x"}')).status).toBe(401);
  const visitor = stand.visitor();
  expect((await visitor.call('POST', 'messages', { clientId: 'short', text: '' })).status).toBe(400);
  expect((await visitor.call('POST', 'messages', { clientId: '12345678', text: ' ' })).status).toBe(400);
  expect((await visitor.call('POST', 'messages', { clientId: '12345678', text: 'x'.repeat(4_001) })).status).toBe(400);
  expect((await visitor.call('POST', 'presses', { clientId: '12345678', message: 1, row: 0, column: 0 })).status).toBe(
    404,
  );
  expect((await visitor.call('GET', 'chat.html')).status).toBe(404);
  expect((await visitor.call('GET', '..%2findex.ts')).status).toBe(404);
  expect((await post('session', 'x'.repeat(70_000))).status).toBe(413);
  expect((await fetch(`${stand.address}/chat/nowhere/`)).status).toBe(404);
  const page = await fetch(stand.chat);
  expect(page.headers.get('content-security-policy')).toContain('frame-ancestors http://shop.test;');
  const flooder = stand.visitor();
  const statuses: number[] = [];
  for (let index = 0; index < 35; index += 1) {
    const body = { clientId: `flood-${index}-xx`, text: `flood ${index}` };
    statuses.push((await flooder.call('POST', 'messages', body)).status);
  }
  expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
}, 40_000);
