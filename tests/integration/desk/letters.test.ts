import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.ts';
import { isPublicAddress } from '../../../src/net/public-address.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { fileConversation, makeLetter } from '../../kit/desk/letters.ts';
import { type DeskStand, startDeskStand } from '../../kit/desk/stand.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';

let stand: DeskStand;
let agent: DeskClient;
let elsewhere: Server;
let port = 0;
const asked: string[] = [];

const PICTURE = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

beforeAll(async () => {
  elsewhere = createServer((request, reply) => {
    asked.push(request.url ?? '');
    if (request.url === '/inward') reply.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
    else if (request.url === '/page.png')
      reply.writeHead(200, { 'content-type': 'image/png' }).end('<script>1</script>');
    else reply.end(PICTURE);
  });
  await new Promise<void>((resolve) => {
    elsewhere.listen(0, '127.0.0.1', resolve);
  });
  const place = elsewhere.address();
  port = typeof place === 'object' && place !== null ? place.port : 0;
  const { capabilities } = memoryChannel();
  stand = await startDeskStand({
    withoutWorker: true,
    channel: { capabilities: { ...capabilities, letters: true } },
    pictures: createGuardedFetch({
      ports: [80, 443, port],
      resolve: (name) => Promise.resolve([name === 'pictures.test' ? '127.0.0.1' : '192.0.2.1']),
      mayAsk: (address) => address === '127.0.0.1' || isPublicAddress(address),
    }),
  });
  agent = await stand.signedIn('agent', ['support']);
}, 60_000);
afterAll(async () => {
  elsewhere.closeAllConnections();
  elsewhere.close();
  await stand.stop();
});

const query = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
  (await stand.gateway.database.pool.query<Record<string, unknown>>(sql, values)).rows;

async function viewsWith(id: string, client: DeskClient = agent): Promise<string[]> {
  const views: string[] = [];
  for (const view of ['mine', 'unassigned', 'all', 'bot', 'resolved', 'filed']) {
    const { body } = await client.get(`conversations?view=${view}&limit=100`);
    const items = at(body, 'items');
    if (Array.isArray(items) && items.some((one) => at(one, 'id') === id)) views.push(view);
  }
  return views;
}

test('a conversation of letters has its subject, and its thread says who takes part', async () => {
  const id = await stand.write(randomUUID(), 'hello');
  await makeLetter(stand, id, { facts: { subject: 'Lost card', fullText: 'hello\n\n> before' } });
  await query(
    `INSERT INTO thread_participant (thread_id, external_id, display_name, role, proven)
    SELECT thread_id, p.id, p.name, p.role, p.proven FROM conversation,
      (VALUES ('boss@example.com', 'The Boss', 'copied', false), ('claimed:mia@example.com', 'Mia', 'customer', false)) AS p(id, name, role, proven)
    WHERE conversation.id = $1`,
    [id],
  );
  expect((await agent.get(`conversations/${id}`)).body).toMatchObject({ subject: 'Lost card', filedAs: null });
  const { body } = await agent.get(`conversations/${id}/messages`);
  expect(at(body, 'participants')).toEqual([
    { address: 'mia@example.com', name: 'Mia', role: 'customer', proven: false },
    { address: 'boss@example.com', name: 'The Boss', role: 'copied', proven: false },
  ]);
  expect(at(body, 'items.0.extras.letter')).toMatchObject({ subject: 'Lost card', fullText: 'hello\n\n> before' });
  const plain = await stand.write(randomUUID(), 'no letter');
  expect((await agent.get(`conversations/${plain}`)).body).toMatchObject({ subject: null, filedAs: null });
  expect(at((await agent.get(`conversations/${plain}/messages`)).body, 'participants')).toEqual([]);
});

test('what is filed is in its own view alone, until somebody takes it out', async () => {
  const id = await stand.write(randomUUID(), 'Buy now');
  const done = await stand.write(randomUUID(), 'thanks');
  await query(
    `UPDATE conversation SET status = 'resolved', resolved_at = now(), owner_kind = 'none', resolved_owner_kind = 'bot' WHERE id = $1`,
    [done],
  );
  const filedBefore = Number(at(await agent.get('views'), 'body.views.5.count'));
  await fileConversation(stand, id, 'spam');
  expect(await viewsWith(id)).toEqual(['filed']);
  expect(await viewsWith(done)).toEqual(['resolved']);
  expect(at((await agent.get('views')).body, 'views.5')).toEqual({
    view: 'filed',
    count: filedBefore + 1,
    more: false,
  });
  expect((await agent.get(`conversations/${id}`)).body).toMatchObject({ filedAs: 'spam', status: 'resolved' });

  const back = await agent.post(`conversations/${id}/recover`, undefined);
  expect([back.status, at(back.body, 'conversation.filedAs'), at(back.body, 'conversation.status')]).toEqual([
    200,
    null,
    'open',
  ]);
  expect(await viewsWith(id)).toEqual(['all', 'bot']);
  expect(await query('SELECT state FROM message WHERE conversation_id = $1 AND kind = $2', [id, 'inbound'])).toEqual([
    { state: 'new' },
  ]);
  expect(
    await query('SELECT actor_id FROM audit WHERE action = $1 AND subject_id = $2', ['conversation.recovered', id]),
  ).toEqual([{ actor_id: agent.agentId }]);
  // Twice is once.
  expect((await agent.post(`conversations/${id}/recover`, undefined)).status).toBe(200);
  expect(await query('SELECT 1 FROM message WHERE conversation_id = $1 AND kind = $2', [id, 'activity'])).toHaveLength(
    1,
  );
});

test('what is filed for another team does not exist, and recovers nothing', async () => {
  const id = await stand.write(randomUUID(), 'Buy now');
  await fileConversation(stand, id, 'spam');
  await query(`UPDATE conversation SET owner_team = 'support' WHERE id = $1`, [id]);
  const stranger = await stand.signedIn('agent', ['kyc']);
  expect(await viewsWith(id, stranger)).toEqual([]);
  expect((await stranger.post(`conversations/${id}/recover`, undefined)).status).toBe(404);
  expect(await viewsWith(id, await stand.signedIn('lead'))).toEqual(['filed']);
  expect(await viewsWith(id)).toEqual(['filed']);
});

test('a reply keeps what was decided about it, nobody twice', async () => {
  const id = await stand.write(randomUUID(), 'hello');
  const reply = randomUUID();
  const answer = await agent.post(`conversations/${id}/replies`, {
    id: reply,
    text: 'Here it is',
    letter: {
      to: [{ address: 'mia@example.com', name: 'Mia' }],
      cc: [{ address: 'MIA@example.com' }, { address: 'boss@müller.example' }],
      bcc: [{ address: 'boss@müller.example' }, { address: 'audit@example.org' }],
      subject: ' Your card ',
    },
  });
  expect(answer.status).toBe(200);
  const [row] = await query('SELECT extras FROM message WHERE id = $1', [reply]);
  expect(row?.['extras']).toEqual({
    letter: {
      subject: 'Your card',
      to: [{ address: 'mia@example.com', name: 'Mia' }],
      cc: [{ address: 'boss@müller.example', name: '' }],
      bcc: [{ address: 'audit@example.org', name: '' }],
    },
  });
  const items = at((await agent.get(`conversations/${id}/messages`)).body, 'items');
  const sent = Array.isArray(items) ? items.find((one) => at(one, 'id') === reply) : undefined;
  expect(at(sent, 'extras.letter.subject')).toBe('Your card');
  // Without any decision nothing is kept: the letter goes to whoever wrote.
  const plain = randomUUID();
  await agent.post(`conversations/${id}/replies`, { id: plain, text: 'and more' });
  expect(await query('SELECT extras FROM message WHERE id = $1', [plain])).toEqual([{ extras: null }]);
});

const many = (count: number) => Array.from({ length: count }, (_, n) => ({ address: `p${n}@example.com` }));
test.each([
  ['a line in a subject', { subject: 'Hello\r\nBcc: all@example.com' }],
  ['a lone carriage return', { subject: 'a\rb' }],
  ['a line separator', { subject: 'a\u2028b' }],
  ['a turned-around subject', { subject: 'a\u202eb' }],
  ['a line in an address', { to: [{ address: 'a@example.com\nBcc: b@example.com' }] }],
  ['two addresses in one', { to: [{ address: 'a@example.com,b@example.com' }] }],
  ['a name in an address', { to: [{ address: 'A <a@example.com>' }] }],
  ['no address', { cc: [{ address: 'nobody' }] }],
  ['a line in a name', { to: [{ address: 'a@example.com', name: 'A\r\nX-Evil: 1' }] }],
  ['too many', { to: many(20), cc: many(20), bcc: many(11) }],
  ['too many of one kind', { to: many(51) }],
  ['a subject that is too long', { subject: 'x'.repeat(501) }],
  ['something else', { from: 'ceo@example.org' }],
])('a reply with %s is refused', async (_name, letter) => {
  const id = await stand.write(randomUUID(), 'hello');
  const answer = await agent.post(`conversations/${id}/replies`, { id: randomUUID(), text: 'x', letter });
  expect([answer.status, at(answer.body, 'error.code')]).toEqual([400, 'invalid']);
  expect(await query('SELECT 1 FROM message WHERE conversation_id = $1 AND kind = $2', [id, 'outbound'])).toEqual([]);
});

const HTML = (base: string): string => `<p title="a > b">Look: <img src="cid:photo@1" alt="a">
  <img data-remote-src="${base}/a.png?x=1&amp;y=2" alt="Our shop"> <img data-remote-src="${base}/inward">
  <img width="1" height="1" data-remote-src="${base}/open.gif"><img data-remote-src="${base}/a.png?x=1&amp;y=2">
  <img data-remote-src="${base}/page.png"><img data-remote-src="http://10.0.0.1/router.png"></p>`;

test('the formatted text of a letter, its pictures, and those elsewhere through us alone', async () => {
  const base = `http://pictures.test:${port}`;
  const id = await stand.write(randomUUID(), 'hello');
  const message = await makeLetter(stand, id, {
    html: HTML(base),
    files: [
      { role: 'inline', bytes: PICTURE, mime: 'image/png', contentId: 'photo@1' },
      {
        role: 'original',
        bytes: Buffer.from('From: a\n\n<script>1</script>'),
        name: 'original.eml',
        mime: 'message/rfc822',
      },
    ],
  });
  const { status, body } = await agent.get(`messages/${message}/letter`);
  expect(status).toBe(200);
  expect(at(body, 'html')).toBe(HTML(base));
  const list = at((await agent.get(`conversations/${id}/messages`)).body, 'items.0.attachments');
  const files = Array.isArray(list) ? list.map((one) => ({ id: String(at(one, 'id')), role: at(one, 'role') })) : [];
  expect(files.map((file) => file.role)).toEqual(['html', 'inline', 'original']);
  expect(at(body, 'images')).toEqual([{ contentId: 'photo@1', attachmentId: files[1]?.id }]);
  expect(at(body, 'remote')).toEqual([
    { index: 0, url: `${base}/a.png?x=1&y=2`, host: 'pictures.test', tracking: false },
    { index: 1, url: `${base}/inward`, host: 'pictures.test', tracking: false },
    { index: 2, url: `${base}/open.gif`, host: 'pictures.test', tracking: true },
    { index: 3, url: `${base}/page.png`, host: 'pictures.test', tracking: false },
    { index: 4, url: 'http://10.0.0.1/router.png', host: '10.0.0.1', tracking: false },
  ]);
  expect(asked).toEqual([]);

  const picture = await agent.get(`messages/${message}/remote-images/0`);
  expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/png']);
  expect(picture.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': 'attachment',
    'cache-control': 'no-store',
  });
  expect(picture.bytes.equals(PICTURE)).toBe(true);
  expect(asked).toEqual(['/a.png?x=1&y=2']);
  for (const [index, code] of [
    [1, 'remote_private'],
    [2, 'remote_tracking'],
    [3, 'remote_not_picture'],
    [4, 'remote_private'],
    [5, 'not_found'],
  ] as const) {
    const answer = await agent.get(`messages/${message}/remote-images/${index}`);
    expect([index, at(answer.body, 'error.code')]).toEqual([index, code]);
    expect(answer.status).toBe(code === 'not_found' ? 404 : 422);
  }
  expect(asked).toEqual(['/a.png?x=1&y=2', '/inward', '/page.png']);

  // Nothing of a letter is ever opened by a browser.
  for (const file of files) {
    const { headers } = await agent.get(`attachments/${file.id}`);
    expect(headers['content-disposition']).toMatch(/^attachment;/u);
    if (file.role !== 'inline') expect(headers['content-type']).toBe('application/octet-stream');
  }
});

test('letters without formatted text, of others, and such that were taken back', async () => {
  const id = await stand.write(randomUUID(), 'hello');
  const plain = await makeLetter(stand, id, {});
  expect(at((await agent.get(`messages/${plain}/letter`)).body, 'error.code')).toBe('not_formatted');
  const message = await makeLetter(stand, id, { html: '<p>secret</p>' });
  await query(`UPDATE conversation SET owner_kind = 'queue', owner_team = 'support' WHERE id = $1`, [id]);
  const stranger = await stand.signedIn('agent', ['kyc']);
  for (const path of ['letter', 'remote-images/0']) {
    expect((await stranger.get(`messages/${message}/${path}`)).status).toBe(404);
  }
  expect((await agent.get(`messages/${message}/letter`)).status).toBe(200);
  await query('UPDATE attachment SET state = $2, blob_id = NULL WHERE message_id = $1', [message, 'erased']);
  expect(at((await agent.get(`messages/${message}/letter`)).body, 'error.code')).toBe('not_formatted');
  await query('UPDATE message SET deleted_at = now() WHERE id = $1', [message]);
  expect((await agent.get(`messages/${message}/letter`)).status).toBe(404);
});
