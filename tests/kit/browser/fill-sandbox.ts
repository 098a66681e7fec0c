import { eventually } from '../eventually.ts';
import { fillChannels } from './fill-channels.ts';
import { fillLetters } from './fill-letters.ts';
import { drawnPicture, FILES_CHAT, sendEverything, THINGS_CHAT } from './media-thread.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** The conversations the screens are about, as {@link fillSandbox} makes them. */
export interface Filled {
  /** Taken, answered, with a secret, an edit, a note and a reply nobody knows the fate of. */
  full: string;
  bot: string;
  resolved: string;
  /** Its contact is blocked, and wrote again. */
  blocked: string;
  /** A customer's files of every kind, and an answer with one. */
  files: string;
  /** Places, contacts and everything else. */
  things: string;
  /** Letters with a picture, a file and an answer. */
  letters: string;
  /** A letter of somebody nobody vouches for. */
  claimed: string;
}

const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

/** Makes conversations in every state, through the same doors that people use. */
export async function fillSandbox(server: SandboxServer): Promise<Filled> {
  const call = async (path: string, body: object, session?: { cookie: string; csrf: string }): Promise<Response> => {
    const response = await fetch(`${server.address}/api/v1${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.csrf }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const say = (phone: number, text: string): Promise<Response> => call('/sandbox/say', { phone, text });
  const settled = (): Promise<unknown> =>
    eventually(
      async () => {
        const [row] = await server.query<{ n: number }>(
          `SELECT ((SELECT count(*) FROM message WHERE state = 'new')
            + (SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending', 'retry', 'unknown')))::int AS n`,
        );
        return row?.n === 0;
      },
      30_000,
      100,
    );
  const state = async () =>
    (await (await fetch(`${server.address}/api/v1/sandbox/state`)).json()) as {
      phones: { id: number; messages: { id: number; from: string }[] }[];
      correspondents: { address: string; letters: { id: number; from: string }[] }[];
    };
  const conversationOf = async (name: string): Promise<string> => {
    const rows = await server.query<{ id: string }>(
      `SELECT c.id FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE p.display_name = '${name}'`,
    );
    return rows[0]?.id ?? '';
  };
  const arrived = async (name: string): Promise<string> => {
    await eventually(async () => (await conversationOf(name)) !== '', 15_000, 50);
    await settled();
    return conversationOf(name);
  };

  await Promise.all([
    say(1001, 'My deposit has not arrived'),
    say(1002, '我的充值没到账'),
    say(1003, '入金がまだ反映されていません'),
    say(1004, '상담원과 이야기하고 싶어요'),
    say(1005, 'Quiero hablar con una persona'),
    say(1006, 'Мой депозит не пришёл'),
  ]);
  // Stored before it is asked whether all is done.
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE kind = 'inbound'`)).length === 6,
    10_000,
    50,
  );
  await settled();
  await say(1001, `Here are my 12 words: ${SEED}`);
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE kind = 'inbound'`)).length === 7,
    10_000,
    50,
  );
  await settled();

  const entered = await call('/session', { email: 'mei@parley.example', password: server.password });
  const { csrfToken } = (await entered.json()) as { csrfToken: string };
  const session = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '', csrf: csrfToken };
  const full = await conversationOf('Ann Miller');
  const resolved = await conversationOf('Lucía Fernández');
  const write = (kind: 'replies' | 'notes', id: string, text: string): Promise<Response> =>
    call(`/conversations/${id}/${kind}`, { id: crypto.randomUUID(), text }, session);
  await write(
    'replies',
    full,
    'Hello Ann, this is Mei. I have hidden your words; please move your funds to a new wallet.',
  );
  await write('notes', full, 'Seed phrase pasted. Told her to move the funds.');
  await settled();
  await say(1001, 'I will. It was 5 BTC by the way');
  const last = (await state()).phones
    .find(({ id }) => id === 1001)
    ?.messages.findLast(({ from }) => from === 'customer');
  await call('/sandbox/edit', { phone: 1001, message: last?.id, text: 'I will. It was 0.5 BTC by the way' });
  await call('/sandbox/troubles', { kind: 'cut_reply' });
  await write('replies', full, 'Thank you. Your transfer has 3 of 6 confirmations.');
  await write('replies', resolved, 'Hola, ¿en qué puedo ayudarle?');
  await settled();
  const [{ version } = { version: 0 }] = await server.query<{ version: number }>(
    `SELECT owner_version::int AS version FROM conversation WHERE id = '${resolved}'`,
  );
  await call(`/conversations/${resolved}/resolve`, { expectedOwnerVersion: version }, session);
  const blocked = await conversationOf('佐藤美咲');
  await call(`/conversations/${blocked}/block`, { id: crypto.randomUUID(), term: 'day', reason: 'Threats' }, session);
  await say(1003, 'もしもし');
  await say(1003, '返事をください');
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE state_reason = 'blocked'`)).length === 2,
    10_000,
    50,
  );
  await settled();
  await sendEverything(server);
  const files = await conversationOf(FILES_CHAT.name);
  const things = await conversationOf(THINGS_CHAT.name);
  const picture = crypto.randomUUID();
  const uploaded = await fetch(
    `${server.address}/api/v1/conversations/${files}/attachments?id=${picture}&name=where-to-sign.jpg`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', cookie: session.cookie, 'x-csrf-token': session.csrf },
      body: new Uint8Array(await drawnPicture(900, 600, '#2a9d8f')),
    },
  );
  if (!uploaded.ok) throw new Error(`upload: ${uploaded.status} ${await uploaded.text()}`);
  const [asked] = await server.query<{ id: string }>(
    `SELECT id FROM message WHERE conversation_id = '${files}' AND text = 'Here is the receipt'`,
  );
  const reply = { text: 'Please sign here', attachmentIds: [picture], replyToMessageId: asked?.id };
  await call(`/conversations/${files}/replies`, { id: crypto.randomUUID(), ...reply }, session);
  await write('replies', things, 'No, we give nothing away. Do not press anything there.');
  await settled();
  const letters = await fillLetters({
    call: (path, body) => call(path, body),
    reply: (id, text) => write('replies', id, text),
    mailsOf: async (address) => (await state()).correspondents.find((one) => one.address === address)?.letters ?? [],
    arrived,
    settled,
  });
  await fillChannels({
    address: server.address,
    call: (path, body) => call(path, body),
    reply: (id, text) => write('replies', id, text),
    arrived,
    settled,
  });
  return { blocked, full, bot: await conversationOf('王伟'), resolved, files, things, ...letters };
}
