import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { codeOf, type MediaStand, picture, startMediaStand, upload, uploaded } from './media-kit.ts';

let stand: MediaStand;
let agent: DeskClient & { agentId: string };
let conversation: string;
let chat = 200;

beforeAll(async () => {
  stand = await startMediaStand();
  agent = await stand.signedIn('agent', ['support']);
  conversation = await begin();
}, 60_000);
afterAll(() => stand.stop(), 30_000);

async function begin(): Promise<string> {
  chat += 1;
  stand.simulator.customer(chat).write('hello');
  return stand.conversationOf(chat);
}

const rows = (of: string) => stand.query('SELECT id FROM attachment WHERE conversation_id = $1', [of]);

test('a file is told as what it will go out, by its bytes and not by its name', async () => {
  const bytes = await picture(300, 200);
  const first = await upload(agent, conversation, 'C:\\temp/../pic\u202Egpj.exe', bytes);
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({
    kind: 'photo',
    state: 'stored',
    mime: 'image/jpeg',
    sizeBytes: bytes.length,
    width: 300,
    height: 200,
    fileName: 'C:_temp_.._picgpj.exe',
    preview: { width: 300, height: 200 },
  });
  const id = String(at(first.body, 'id'));
  // The same again is there once, and answered the same.
  expect((await upload(agent, conversation, 'pic.jpg', bytes, id)).body).toEqual(first.body);
  expect(at((await agent.get(`conversations/${conversation}/attachments`)).body, 'uploads')).toEqual([first.body]);
  expect((await agent.get(`attachments/${id}`)).bytes.equals(bytes)).toBe(true);

  const long = await uploaded(agent, conversation, 'strip.jpg', await picture(4_100, 200));
  expect(long.kind).toBe('document');
  const text = await uploaded(agent, conversation, 'notes.jpg', Buffer.from('no picture at all'));
  expect(text).toMatchObject({ kind: 'document', mime: null, preview: null });
  expect(await rows(conversation)).toHaveLength(3);

  // Nobody else sees it, not even who may see the conversation.
  const lead = await stand.signedIn('lead');
  expect(codeOf(await lead.get(`attachments/${id}`))).toEqual([404, 'not_found']);
  expect(codeOf(await lead.ask('DELETE', `attachments/${id}`))).toEqual([404, 'not_found']);
  expect(at((await lead.get(`conversations/${conversation}/attachments`)).body, 'uploads')).toEqual([]);
  expect(codeOf(await upload(lead, conversation, 'mine.jpg', bytes, id))).toEqual([409, 'id_taken']);

  expect((await agent.ask('DELETE', `attachments/${id}`)).status).toBe(204);
  expect(codeOf(await agent.ask('DELETE', `attachments/${id}`))).toEqual([404, 'not_found']);
  const audit = await stand.query('SELECT action FROM audit WHERE subject_id = $1 ORDER BY id', [id]);
  expect(audit.map(({ action }) => action)).toEqual([
    'attachment.uploaded',
    'attachment.downloaded',
    'attachment.removed',
  ]);
}, 30_000);

test('too large is refused by its announced size, and where none is announced while it comes; nothing of it stays', async () => {
  const own = await begin();
  const size = 50_000_001;
  const query = `id=${randomUUID()}&name=film.bin`;
  const path = `/api/v1/conversations/${own}/attachments?${query}`;
  const headers = { host: `127.0.0.1:${stand.port}`, cookie: agent.cookie, 'x-csrf-token': agent.csrf };
  const begun = performance.now();
  const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asking = request(
      { port: stand.port, host: '127.0.0.1', method: 'POST', path, headers: { ...headers, 'content-length': size } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
          asking.destroy();
        });
      },
    );
    asking.on('error', reject);
    asking.write(Buffer.alloc(1_000));
  });
  const { status, text } = await answered;
  expect(status).toBe(413);
  expect(JSON.parse(text)).toMatchObject({
    error: {
      code: 'file_too_large',
      limitBytes: 50_000_000,
      message: expect.stringContaining('50 MB'),
      mend: expect.any(String),
    },
  });
  expect(performance.now() - begun).toBeLessThan(5_000);

  const streamed = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asking = request({ port: stand.port, host: '127.0.0.1', method: 'POST', path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
    });
    asking.on('error', reject);
    const piece = Buffer.alloc(1_000_000);
    let sent = 0;
    const more = (): void => {
      while (sent < 52) {
        sent += 1;
        if (!asking.write(piece)) {
          asking.once('drain', more);
          return;
        }
      }
      asking.end();
    };
    more();
  });
  expect([streamed.status, streamed.text.includes('file_too_large')]).toEqual([413, true]);
  expect(await rows(own)).toEqual([]);
  expect(stand.partials()).toEqual([]);
}, 60_000);

test('an upload that is broken off leaves nothing, and the same id may come again', async () => {
  const own = await begin();
  const id = randomUUID();
  const headers = {
    host: `127.0.0.1:${stand.port}`,
    cookie: agent.cookie,
    'x-csrf-token': agent.csrf,
    'content-length': 5_000_000,
  };
  const path = `/api/v1/conversations/${own}/attachments?id=${id}&name=big.bin`;
  const asking = request({ port: stand.port, host: '127.0.0.1', method: 'POST', path, headers });
  asking.on('error', () => undefined);
  asking.write(Buffer.alloc(2_000_000));
  await eventually(() => expect(stand.partials()).toHaveLength(1));
  asking.destroy();
  await eventually(() => expect(stand.partials()).toEqual([]));
  expect(await rows(own)).toEqual([]);
  expect((await upload(agent, own, 'big.bin', Buffer.alloc(10), id)).status).toBe(201);
}, 30_000);

test('refused: nothing at all, more than ten, without rights, without the session’s token, from another page', async () => {
  const own = await begin();
  expect(codeOf(await upload(agent, own, 'empty.txt', Buffer.alloc(0)))).toEqual([400, 'file_empty']);
  const all = await Promise.all(
    Array.from({ length: 12 }, (_none, index) => upload(agent, own, `${index}.txt`, Buffer.from(`file ${index}`))),
  );
  expect(all.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(all.filter(({ status }) => status !== 201).map(codeOf)).toEqual([
    [409, 'too_many_files'],
    [409, 'too_many_files'],
  ]);
  expect(await rows(own)).toHaveLength(10);
  const path = `conversations/${own}/attachments?id=${randomUUID()}&name=a`;
  const bytes = Buffer.from('x');
  expect(codeOf(await agent.ask('POST', path, { bytes, withoutCsrf: true }))).toEqual([403, 'csrf']);
  const origin = { origin: 'https://elsewhere.example' };
  expect(codeOf(await agent.ask('POST', path, { bytes, headers: origin }))).toEqual([403, 'origin']);
  expect(codeOf(await agent.ask('POST', `conversations/${own}/attachments?id=1&name=a`, { bytes }))).toEqual([
    400,
    'invalid',
  ]);
  expect(codeOf(await agent.ask('POST', `conversations/${own}/attachments?id=${randomUUID()}`, { bytes }))).toEqual([
    400,
    'invalid',
  ]);
  await stand.giveTo(own, 'kyc');
  expect(codeOf(await agent.ask('POST', path, { bytes }))).toEqual([404, 'not_found']);
}, 30_000);

test('a gateway that ends does not wait for a file that is still coming', async () => {
  const ending = await startMediaStand();
  const uploader = await ending.signedIn('agent');
  ending.simulator.customer(1).write('hello');
  const path = `/api/v1/conversations/${await ending.conversationOf(1)}/attachments?id=${randomUUID()}&name=big.bin`;
  const headers = { host: `127.0.0.1:${ending.port}`, cookie: uploader.cookie, 'x-csrf-token': uploader.csrf };
  const asking = request({ port: ending.port, host: '127.0.0.1', method: 'POST', path, headers });
  const ended = new Promise<void>((resolve) => {
    asking.once('error', () => resolve());
    asking.once('close', () => resolve());
  });
  asking.write(Buffer.alloc(100_000));
  await eventually(() => expect(ending.partials()).toHaveLength(1));
  const begun = performance.now();
  await ending.stop();
  await ended;
  expect(performance.now() - begun).toBeLessThan(10_000);
}, 60_000);
