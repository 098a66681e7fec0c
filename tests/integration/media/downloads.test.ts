import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import type { DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { codeOf, filesOf, type MediaStand, messagesOf, picture, startMediaStand } from './media-kit.ts';

let stand: MediaStand;
let agent: DeskClient & { agentId: string };
let chat = 100;

beforeAll(async () => {
  stand = await startMediaStand();
  agent = await stand.signedIn('agent', ['support']);
}, 60_000);
afterAll(() => stand.stop(), 30_000);

async function audited(action: string, id: string): Promise<number> {
  return (await stand.query('SELECT 1 FROM audit WHERE action = $1 AND subject_id = $2', [action, id])).length;
}

/** A customer of this test alone sends one file. */
async function sends(content: Parameters<ReturnType<MediaStand['simulator']['customer']>['send']>[0]) {
  chat += 1;
  const { messageId } = stand.simulator.customer(chat).send(content);
  const conversation = await stand.conversationOf(chat);
  const [file] = await filesOf(agent, conversation);
  if (file === undefined) throw new Error('no file');
  return { chat, messageId, conversation, file };
}

test('a photo: listed with its preview, downloaded as it was sent, never opened by a browser', async () => {
  const bytes = await picture(2_000, 1_000);
  const { conversation, file } = await sends({
    kind: 'photo',
    width: 2_000,
    height: 1_000,
    file: { bytes },
    caption: 'my screen',
  });
  expect((await messagesOf(agent, conversation))[0]).toMatchObject({ kind: 'inbound', text: 'my screen', extras: {} });
  expect(file).toMatchObject({
    kind: 'photo',
    state: 'stored',
    mime: 'image/jpeg',
    sizeBytes: bytes.length,
    width: 2_000,
    height: 1_000,
  });
  const answer = await agent.get(`attachments/${file.id}`);
  expect(answer.status).toBe(200);
  expect(answer.bytes.equals(bytes)).toBe(true);
  expect(answer.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'private, no-cache',
  });
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="/u);
  const preview = await agent.get(`attachments/${file.id}/preview`);
  expect(preview.headers).toMatchObject({
    'content-type': 'image/webp',
    'cache-control': expect.stringMatching(/^private, .*immutable$/u),
    'x-content-type-options': 'nosniff',
  });
  expect(await sharp(preview.bytes).metadata()).toMatchObject({ format: 'webp', ...file.preview });
  expect(
    (await agent.get(`attachments/${file.id}`, { headers: { 'if-none-match': String(answer.headers.etag) } })).status,
  ).toBe(304);
  expect(await audited('attachment.downloaded', file.id)).toBe(1);
}, 30_000);

test('ranges: the middle, the end, from somewhere on; nothing that is not there; written down once', async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_none, index) => (index * 7) % 251));
  const { file } = await sends({ kind: 'document', file: { bytes, name: 'Bericht – März.dat' } });
  const part = async (range: string, headers: Record<string, string> = {}) => {
    const answer = await agent.get(`attachments/${file.id}`, { headers: { range, ...headers } });
    return {
      status: answer.status,
      range: answer.headers['content-range'],
      bytes: answer.bytes,
      tag: answer.headers.etag,
    };
  };
  const middle = await part('bytes=65530-131080');
  expect([middle.status, middle.range]).toEqual([206, 'bytes 65530-131080/300000']);
  expect(middle.bytes.equals(bytes.subarray(65_530, 131_081))).toBe(true);
  const end = await part('bytes=-10');
  expect([end.status, end.range]).toEqual([206, 'bytes 299990-299999/300000']);
  expect(end.bytes.equals(bytes.subarray(-10))).toBe(true);
  const rest = await part('bytes=200000-', { 'if-range': String(end.tag) });
  expect([rest.status, rest.bytes.equals(bytes.subarray(200_000))]).toEqual([206, true]);
  // Whoever begins in the middle has taken it too.
  expect(await audited('attachment.downloaded', file.id)).toBe(1);
  const past = await agent.get(`attachments/${file.id}`, { headers: { range: 'bytes=300000-' } });
  expect([...codeOf(past), past.headers['content-range']]).toEqual([416, 'range', 'bytes */300000']);
  expect((await part('bytes=0-9')).bytes.equals(bytes.subarray(0, 10))).toBe(true);
  expect((await part('bytes=10-19', { 'if-range': '"another"' })).status).toBe(200);
  expect(await audited('attachment.downloaded', file.id)).toBe(1);
  const whole = await agent.get(`attachments/${file.id}`);
  expect(whole.headers['content-type']).toBe('application/octet-stream');
  expect(whole.headers['content-disposition']).toBe(
    `attachment; filename="Bericht _ M_rz.dat"; filename*=UTF-8''Bericht%20%E2%80%93%20M%C3%A4rz.dat`,
  );
}, 30_000);

test('a voice message and an album come whole and in order', async () => {
  const { file } = await sends({ kind: 'voice', durationSeconds: 4, file: { sizeBytes: 20_000 } });
  expect(file).toMatchObject({ kind: 'voice', durationMs: 4_000, sizeBytes: 20_000, preview: null });
  expect(codeOf(await agent.get(`attachments/${file.id}/preview`))).toEqual([404, 'not_found']);

  chat += 1;
  const pictures = await Promise.all(['red', 'green', 'blue'].map((colour) => picture(30, 30, colour)));
  await stand.simulator.customer(chat).album(
    pictures.map((bytes, index) => ({
      kind: 'photo' as const,
      file: { bytes },
      width: 30,
      height: 30,
      ...(index === 0 ? { caption: 'three of them' } : {}),
    })),
  );
  const conversation = await stand.conversationOf(chat);
  const files = await filesOf(agent, conversation, 3);
  const inbound = (await messagesOf(agent, conversation)).filter(({ kind }) => kind === 'inbound');
  expect(inbound.map(({ text, attachments }) => [text, attachments.length])).toEqual([['three of them', 3]]);
  for (const [index, one] of files.entries()) {
    expect((await agent.get(`attachments/${one.id}`)).bytes.equals(pictures[index] ?? Buffer.alloc(0))).toBe(true);
  }
}, 30_000);

test.each([
  ['page.html', 'text/html', '<!doctype html><script>alert(document.cookie)</script>'],
  ['icon.svg', 'image/svg+xml', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  [
    'evil.xhtml',
    'application/xhtml+xml',
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
  ],
])('%s comes down as bytes to save', async (name, mime, text) => {
  const { file } = await sends({ kind: 'document', file: { bytes: Buffer.from(text), name, mime } });
  const answer = await agent.get(`attachments/${file.id}`);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  });
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${name}"; filename*=UTF-8''${name}`);
  expect(answer.raw).toBe(text);
  expect((await agent.get(`attachments/${file.id}/preview`)).status).toBe(404);
});

test('who may not see the conversation sees none of its files; who sees a later one of the thread does', async () => {
  const { conversation, file } = await sends({
    kind: 'photo',
    width: 40,
    height: 30,
    file: { bytes: await picture() },
  });
  await stand.giveTo(conversation, 'kyc');
  const other = await stand.signedIn('agent', ['kyc']);
  const nobody = await stand.signedIn('agent', []);
  for (const path of [`attachments/${file.id}`, `attachments/${file.id}/preview`]) {
    expect((await other.get(path)).status).toBe(200);
    expect(codeOf(await nobody.get(path))).toEqual([404, 'not_found']);
    expect(codeOf(await agent.get(path))).toEqual([404, 'not_found']);
  }
  expect(codeOf(await agent.post(`attachments/${file.id}/fetch`, undefined))).toEqual([404, 'not_found']);
  expect(codeOf(await agent.ask('DELETE', `attachments/${file.id}`))).toEqual([404, 'not_found']);
  // Whoever answers a customer knows what was said before, by whichever team.
  await stand.query(
    `UPDATE conversation SET status = 'resolved', resolved_at = now() - interval '9 days', owner_kind = 'none', resolved_owner_kind = 'queue'
    WHERE id = $1`,
    [conversation],
  );
  stand.simulator.customer(chat).write('again me');
  const later = await eventually(async () => {
    const now = await stand.conversationOf(chat);
    expect(now).not.toBe(conversation);
    return now;
  });
  expect((await messagesOf(agent, later)).flatMap(({ attachments }) => attachments.map(({ id }) => id))).toEqual([
    file.id,
  ]);
  expect((await agent.get(`attachments/${file.id}`)).status).toBe(200);
}, 30_000);

test('what is not stored says why, and is fetched when somebody asks for it', async () => {
  const { file, conversation } = await sends({ kind: 'document', file: { sizeBytes: 25_000_000, name: 'film.bin' } });
  expect(file).toMatchObject({ state: 'refused', reason: 'too_large' });
  expect(codeOf(await agent.get(`attachments/${file.id}`))).toEqual([409, 'file_refused']);

  const small = await sends({ kind: 'document', file: { bytes: Buffer.from('small'), name: 'small.txt' } });
  await stand.query(
    `UPDATE attachment SET state = 'failed', reason = 'cut', blob_id = NULL, stored_at = NULL, attempt = 20 WHERE id = $1`,
    [small.file.id],
  );
  const failed = await agent.get(`attachments/${small.file.id}`);
  expect([...codeOf(failed), failed.raw.includes('cut')]).toEqual([409, 'file_failed', true]);
  const asked = await agent.post(`attachments/${small.file.id}/fetch`, undefined);
  expect(asked).toMatchObject({ status: 200, body: { id: small.file.id, state: 'waiting', reason: null } });
  await filesOf(agent, small.conversation);
  expect((await agent.get(`attachments/${small.file.id}`)).raw).toBe('small');
  // Asked for what is there: nothing to do.
  expect(await agent.post(`attachments/${small.file.id}/fetch`, undefined)).toMatchObject({
    status: 200,
    body: { state: 'stored' },
  });
  expect(await audited('attachment.fetch', small.file.id)).toBe(1);

  await stand.query(`UPDATE attachment SET state = 'erased', reason = 'retention' WHERE conversation_id = $1`, [
    conversation,
  ]);
  expect(codeOf(await agent.get(`attachments/${file.id}`))).toEqual([409, 'file_erased']);
  expect(codeOf(await agent.post(`attachments/${file.id}/fetch`, undefined))).toEqual([409, 'file_erased']);
}, 40_000);
