import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { eventually } from '../../kit/eventually.ts';
import { startPlainPostgres, type TestPostgres } from '../../kit/servers/postgres.ts';
import { type MailStand, startMailStand } from './mail-stand.ts';

const PROVEN = { proof: 'dkim' } as const;
const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

let postgres: TestPostgres;
let on: MailStand;

beforeAll(async () => {
  postgres = await startPlainPostgres();
}, 60_000);
afterAll(() => postgres.close());
beforeEach(async () => {
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  on = await startMailStand(url);
}, 60_000);
afterEach(async () => {
  await on.stop();
  expect(on.lines.join('\n')).not.toContain(on.mail.password);
}, 30_000);

interface Conversation {
  id: string;
  subject: string;
  status: string;
  owner_kind: string;
  filed_as: string | null;
  thread_id: string;
}
interface Message {
  id: string;
  conversation_id: string;
  kind: string;
  text: string;
  state: string | null;
  state_reason: string | null;
  extras: { letter?: Record<string, unknown> } | null;
}
const conversations = () =>
  on.query<Conversation & Record<string, unknown>>('SELECT * FROM conversation ORDER BY number');
const messages = () =>
  on.query<Message & Record<string, unknown>>(
    `SELECT * FROM message WHERE kind IN ('inbound', 'outbound') ORDER BY created_at, seq`,
  );
const stored = (text: string) =>
  eventually(async () => {
    const found = (await messages()).find((one) => one.text === text);
    if (found === undefined) throw new Error(`"${text}" is not stored`);
    return found;
  });

test('a letter is answered by an agent, with copies and a file, and the answer to that joins the same matter', async () => {
  const ana = on.mail.customer('ana@customer.test', { name: 'Ana Lee' });
  const ben = on.mail.customer('ben@customer.test');
  await ana.write({ subject: 'My account', text: 'I want to talk to a person', cc: ['ben@customer.test'] }, PROVEN);
  const first = await stored('I want to talk to a person');
  const opened = await eventually(async () => {
    const [one] = await conversations();
    expect(one).toMatchObject({ subject: 'My account', owner_kind: 'queue', filed_as: null });
    return one;
  });
  const list = await on.lead.get(`conversations/${opened?.id}/messages`);
  expect(list.body).toMatchObject({
    conversation: { subject: 'My account', channel: 'email' },
    participants: expect.arrayContaining([
      expect.objectContaining({ address: 'ana@customer.test', proven: true }),
      expect.objectContaining({ address: 'ben@customer.test', proven: false }),
    ]),
  });
  expect(first.extras?.letter).toMatchObject({ proof: 'proven', from: { name: 'Ana Lee' } });
  await ana.waitForMail(({ subject }) => subject === 'Re: My account');

  const answered = await on.lead.post(`conversations/${opened?.id}/replies`, {
    id: randomUUID(),
    text: 'It is **done**.',
    letter: { cc: [{ name: '', address: 'ben@customer.test' }] },
  });
  expect(answered.status).toBe(200);
  const mail = await ana.waitForMail(({ text }) => text.includes('It is **done**.'));
  expect(mail).toMatchObject({
    subject: 'Re: My account',
    cc: ['ben@customer.test'],
    from: { address: 'support@parley.test' },
  });
  expect(mail.text).toContain('-- \nYour Example team');
  expect(mail.text).toContain('> I want to talk to a person');
  await ben.waitForMail(({ text }) => text.includes('It is **done**.'));

  // Whoever was copied takes part; a stranger who got hold of the mail does not.
  await ana.reply(mail, { text: 'Thank you for that' }, PROVEN);
  await ben.reply(mail, { text: 'I am the copied one' }, PROVEN);
  await on.mail.customer('eve@customer.test').reply(mail, { text: 'and I am nobody' }, PROVEN);
  const [hers, his, theirs] = [
    await stored('Thank you for that'),
    await stored('I am the copied one'),
    await stored('and I am nobody'),
  ];
  expect(hers.conversation_id).toBe(opened?.id);
  expect(his.conversation_id).toBe(opened?.id);
  expect(theirs.conversation_id).not.toBe(opened?.id);
  // Nor does somebody who only says to be Ana.
  await ana.reply(mail, { text: 'says to be Ana' });
  const claimed = await stored('says to be Ana');
  expect(claimed.conversation_id).not.toBe(opened?.id);
  expect(claimed.extras?.letter).toMatchObject({ proof: 'claimed' });
  // An agent who is sure says so: it is Ana's from then on.
  const apart = await on.lead.get(`conversations/${claimed.conversation_id}`);
  expect(apart.body).toMatchObject({ claimed: { knownAs: 'Ana Lee' } });
  const sure = await on.lead.post(`conversations/${claimed.conversation_id}/confirm`, undefined);
  expect(sure.body).toMatchObject({ conversation: { claimed: null, contact: { name: 'Ana Lee' } } });
}, 60_000);

test('what comes back is told at the part it is about, with the words of the server', async () => {
  const ana = on.mail.customer('ana@customer.test');
  await ana.write({ subject: 'gone soon', text: 'I want to talk to a person' }, PROVEN);
  await stored('I want to talk to a person');
  await ana.waitForMail();
  const [opened] = await conversations();
  on.mail.faults.add({ kind: 'bounce', times: 1, words: '550 5.1.1 Nobody of that name' });
  await on.lead.post(`conversations/${opened?.id}/replies`, { id: randomUUID(), text: 'Can you read this?' });
  const bounced = await eventually(async () => {
    const [row] = await on.query<{ state: string; error: string; attention: boolean }>(
      `SELECT d.state, d.error, d.attention_at IS NOT NULL AS attention FROM delivery d JOIN message m ON m.id = d.message_id
       WHERE m.text = 'Can you read this?' AND d.state = 'bounced'`,
    );
    if (row === undefined) throw new Error('it has not bounced yet');
    return row;
  }, 20_000);
  expect(bounced.attention).toBe(true);
  expect(bounced.error).toMatch(/5\.1\.1.*Nobody of that name/);
  // The server's own mail is no conversation and nobody's message.
  expect(await conversations()).toHaveLength(1);
  expect((await messages()).filter(({ kind }) => kind === 'inbound')).toHaveLength(1);
  const answer = await on.lead.get(`conversations/${opened?.id}`);
  expect(answer.body).toMatchObject({ attention: true });
}, 60_000);

test('spam and what machines write is filed, answered by nobody and recovered by one click', async () => {
  const spammer = on.mail.customer('offer@shop.test');
  await spammer.write({ subject: 'Cheap', text: 'My deposit has not arrived' }, { folder: 'Spam' });
  const robot = on.mail.customer('robot@customer.test');
  await robot.write({ subject: 'Auto', text: 'I am away', headers: { 'Auto-Submitted': 'auto-replied' } }, PROVEN);
  await robot.write(
    { subject: 'News', text: 'Our news', headers: { 'List-Id': '<news.customer.test>', Precedence: 'bulk' } },
    PROVEN,
  );
  for (const text of ['My deposit has not arrived', 'I am away', 'Our news']) await stored(text);
  expect(
    (await conversations()).map(({ filed_as: filed, status, owner_kind: owner }) => [filed, status, owner]),
  ).toEqual(
    expect.arrayContaining([
      ['spam', 'resolved', 'none'],
      ['auto_reply', 'resolved', 'none'],
      ['machine', 'resolved', 'none'],
    ]),
  );
  const filed = await on.lead.get('conversations?view=filed');
  expect(filed.body).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ filedAs: 'spam' })]) });
  expect(on.mail.log.mails.filter(({ by }) => by === 'submission')).toEqual([]);
  const spam = (await conversations()).find((one) => one.filed_as === 'spam');
  expect((await on.lead.post(`conversations/${spam?.id}/recover`, {})).status).toBe(200);
  await spammer.waitForMail(({ text }) => text.includes('> My deposit has not arrived'), 15_000);
}, 60_000);

test('an automatic answer to a resolved matter reopens nothing', async () => {
  const ana = on.mail.customer('ana@customer.test');
  await ana.write({ subject: 'once', text: 'I want to talk to a person' }, PROVEN);
  await stored('I want to talk to a person');
  const mail = await ana.waitForMail();
  const [opened] = await conversations();
  const { body } = await on.lead.get(`conversations/${opened?.id}`);
  const version = (body as { ownerVersion: number }).ownerVersion;
  expect(
    (await on.lead.post(`conversations/${opened?.id}/resolve`, { expectedOwnerVersion: version })).body,
  ).toMatchObject({ conversation: { status: 'resolved' } });
  await ana.reply(mail, { text: 'I am on holiday', headers: { 'Auto-Submitted': 'auto-replied' } }, PROVEN);
  const away = await stored('I am on holiday');
  expect(away).toMatchObject({ conversation_id: opened?.id, state: 'filed', state_reason: 'auto_reply' });
  expect(await conversations()).toMatchObject([{ status: 'resolved' }]);
  // A person's answer does.
  await ana.reply(mail, { text: 'One more question please' }, PROVEN);
  await stored('One more question please');
  expect(await conversations()).toMatchObject([{ status: 'open' }]);
}, 60_000);

test('a secret in a letter is nowhere, however it is formatted', async () => {
  const ana = on.mail.customer('ana@customer.test');
  const spread = SEED.split(' ')
    .map((word) => `<b>${word}</b>`)
    .join('<i> </i>');
  await ana.write({ subject: `words: ${SEED}`, text: `my words: ${SEED}`, html: `<p>my words: ${spread}</p>` }, PROVEN);
  const found = await eventually(async () => {
    const [one] = await messages();
    if (one === undefined) throw new Error('nothing is stored yet');
    return one;
  });
  expect(found.text).toMatch(/^my words: •+$/);
  const dump = JSON.stringify([
    await on.query('SELECT * FROM message'),
    await on.query('SELECT * FROM conversation'),
    await on.query('SELECT * FROM thread'),
    await on.query('SELECT * FROM attachment'),
    await on.query('SELECT * FROM delivery'),
  ]);
  expect(dump).not.toContain('sausage');
  expect((await on.query('SELECT FROM attachment')).length).toBe(0);
  for (const bytes of on.onDisk()) expect(bytes.includes('sausage')).toBe(false);
  expect(on.lines.join('\n')).not.toContain('sausage');
}, 60_000);

test('files come along with the letter, and the formatted text and the original are kept beside it', async () => {
  const ana = on.mail.customer('ana@customer.test');
  const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  await ana.write(
    {
      subject: 'pictures',
      text: 'see below',
      html: '<p>see <img src="cid:one@x"> below</p>',
      files: [
        { filename: 'one.png', content: picture, contentType: 'image/png', cid: 'one@x' },
        { filename: 'list.csv', content: 'a,b\n1,2\n', contentType: 'text/csv' },
      ],
    },
    PROVEN,
  );
  const found = await stored('see below');
  const files = await eventually(async () => {
    const rows = await on.query<{ role: string; state: string; file_name: string; content_id: string | null }>(
      'SELECT role, state, file_name, content_id FROM attachment WHERE message_id = $1 ORDER BY ordinal',
      [found.id],
    );
    if (rows.length < 4 || rows.some(({ state }) => state !== 'stored')) throw new Error('not all are kept yet');
    return rows;
  });
  expect(files.map(({ role, file_name: name, content_id: id }) => [role, name, id])).toEqual([
    ['inline', 'one.png', 'one@x'],
    ['file', 'list.csv', null],
    ['html', 'letter.html', null],
    ['original', 'original.eml', null],
  ]);
  const letter = await on.lead.get(`messages/${found.id}/letter`);
  expect(letter.status).toBe(200);
  expect(letter.body).toMatchObject({ images: [{ contentId: 'one@x' }], remote: [] });
}, 60_000);

test('a renumbered mailbox, a copy in another folder and a mail moved by somebody else make nothing twice and lose nothing', async () => {
  const ana = on.mail.customer('ana@customer.test');
  const { raw } = await ana.write({ subject: 'one', text: 'only once please' }, PROVEN);
  await stored('only once please');
  on.mail.mailbox().inbox.renumber();
  on.mail.cutAll();
  ana.writeRaw(raw, { ...PROVEN, exact: true, folder: 'Spam' });
  await ana.write({ subject: 'two', text: 'written after the renumbering' }, PROVEN);
  await stored('written after the renumbering');
  await eventually(async () => {
    const rows = await on.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM inbound_event WHERE state = 'duplicate'`,
    );
    expect(rows[0]?.n).toBeGreaterThanOrEqual(2);
  }, 20_000);
  expect((await messages()).filter(({ text }) => text === 'only once please')).toHaveLength(1);
}, 60_000);
