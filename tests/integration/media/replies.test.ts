import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Answer, type DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { codeOf, type MediaStand, messagesOf, picture, startMediaStand, upload, uploaded } from './media-kit.ts';

let stand: MediaStand;
let agent: DeskClient & { agentId: string };

beforeAll(async () => {
  stand = await startMediaStand();
  agent = await stand.signedIn('agent', ['support']);
}, 60_000);
afterAll(() => stand.stop(), 30_000);

function reply(conversation: string, body: object): Promise<Answer> {
  return agent.post(`conversations/${conversation}/replies`, { id: randomUUID(), text: '', ...body });
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('one file without words: sent byte for byte, and shown in the list as what it is', async () => {
  const { chat: here, conversation } = await stand.begin();
  const bytes = await picture();
  const file = await uploaded(agent, conversation, 'answer.jpg', bytes);
  const id = randomUUID();
  const answer = await reply(conversation, { id, attachmentIds: [file.id] });
  expect(answer).toMatchObject({
    status: 200,
    body: { conversation: { preview: '[photo]', owner: { kind: 'agent' } } },
  });
  await eventually(() =>
    expect(stand.byUs(here)[1]).toMatchObject({
      text: '',
      shows: ['photo'],
      media: [{ kind: 'photo', sizeBytes: bytes.length, sha256: sha256(bytes) }],
    }),
  );
  // A client that did not hear the answer sends it again.
  expect((await reply(conversation, { id, attachmentIds: [file.id] })).status).toBe(200);
  const sent = (await messagesOf(agent, conversation)).at(-1);
  expect(sent).toMatchObject({
    kind: 'outbound',
    text: '[photo]',
    extras: { standIn: 'file' },
    attachments: [{ id: file.id }],
  });
  expect(sent?.deliveries).toHaveLength(1);
  expect(codeOf(await agent.ask('DELETE', `attachments/${file.id}`))).toEqual([409, 'file_sent']);
  // It is no upload any more, but a file of a message that every colleague sees.
  expect((await agent.get(`conversations/${conversation}/attachments`)).body).toEqual({ uploads: [] });
  const lead = await stand.signedIn('lead');
  expect((await lead.get(`attachments/${file.id}`)).bytes.equals(bytes)).toBe(true);
  expect(stand.byUs(here)).toHaveLength(2);
}, 30_000);

test('three pictures with words go as one album in their order', async () => {
  const { chat: here, conversation } = await stand.begin();
  const pictures = await Promise.all(['red', 'green', 'blue'].map((colour) => picture(40, 30, colour)));
  const files = await Promise.all(pictures.map((bytes, index) => uploaded(agent, conversation, `${index}.jpg`, bytes)));
  const order = [2, 0, 1];
  const attachmentIds = order.map((index) => files[index]?.id);
  expect((await reply(conversation, { text: 'look', attachmentIds })).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[1]?.shows).toEqual(['photo', 'photo', 'photo']));
  expect(stand.byUs(here)[1]).toMatchObject({
    text: 'look',
    media: order.map((index) => ({ sha256: sha256(pictures[index] ?? Buffer.alloc(0)) })),
  });
  const sent = (await messagesOf(agent, conversation)).at(-1);
  expect(sent).toMatchObject({ text: 'look', attachments: attachmentIds.map((id) => ({ id })) });
  expect(sent?.deliveries.map(({ state }) => state)).toEqual(['sent']);
}, 30_000);

test('words too long for below a file follow it', async () => {
  const { chat: here, conversation } = await stand.begin();
  const file = await uploaded(agent, conversation, 'terms.pdf', Buffer.from('%PDF-1.7\n%%EOF\n'));
  const text = 'word '.repeat(220).trim();
  expect(text.length).toBeGreaterThan(1_024);
  expect((await reply(conversation, { text, attachmentIds: [file.id] })).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)).toHaveLength(3));
  expect(stand.byUs(here).slice(1)).toMatchObject([
    { text: '', shows: ['document'], media: [{ name: 'terms.pdf', mime: 'application/pdf' }] },
    { text, shows: [] },
  ]);
}, 30_000);

test('an answer to a message stands below it, of a file and of words, and only its first part does', async () => {
  const { chat: here, conversation, messageId } = await stand.begin('which one?');
  const asked = (await messagesOf(agent, conversation)).find(({ kind }) => kind === 'inbound');
  const file = await uploaded(agent, conversation, 'this.jpg', await picture());
  const text = 'long '.repeat(1_000).trim();
  const replyToMessageId = asked?.id;
  expect((await reply(conversation, { text, attachmentIds: [file.id], replyToMessageId })).status).toBe(200);
  await eventually(() => expect(stand.simulator.log.messagesIn(here)).toHaveLength(4));
  const [, ...parts] = stand.simulator.log.messagesIn(here);
  expect(parts.map((part) => part.replyToMessageId)).toEqual([messageId, null, null]);
  expect((await messagesOf(agent, conversation)).at(-1)?.replyTo).toMatchObject({ id: asked?.id, text: 'which one?' });

  // Our own words can be answered too; those of another thread, and what stands nowhere, cannot.
  const ours = (await messagesOf(agent, conversation)).find(({ kind }) => kind === 'outbound');
  expect((await reply(conversation, { text: 'as I said', replyToMessageId: ours?.id })).status).toBe(200);
  await eventually(() => expect(stand.simulator.log.messagesIn(here).at(-1)?.replyToMessageId).toBe(2));
  const other = await stand.begin('elsewhere');
  const foreign = (await messagesOf(agent, other.conversation))[0]?.id;
  const refused = await reply(conversation, { text: 'no', replyToMessageId: foreign });
  expect(codeOf(refused)).toEqual([409, 'not_answerable']);
  const note = randomUUID();
  await agent.post(`conversations/${conversation}/notes`, { id: note, text: 'a note' });
  expect(codeOf(await reply(conversation, { text: 'no', replyToMessageId: note }))).toEqual([409, 'not_answerable']);
}, 30_000);

test('refused before anything is written: no words and no file, nothing to see, files that are not one’s own or not here', async () => {
  const { chat: here, conversation } = await stand.begin();
  const other = await stand.begin();
  const file = await uploaded(agent, conversation, 'a.jpg', await picture());
  const lead = await stand.signedIn('lead');
  const theirs = await uploaded(lead, conversation, 'b.jpg', await picture());
  const before = (await messagesOf(agent, conversation)).length;
  expect(codeOf(await reply(conversation, { text: ' ' }))).toEqual([400, 'invalid']);
  expect(codeOf(await reply(conversation, { text: '', attachmentIds: [] }))).toEqual([400, 'invalid']);
  expect(codeOf(await reply(conversation, { attachmentIds: [file.id, file.id] }))).toEqual([400, 'invalid']);
  expect(codeOf(await reply(conversation, { attachmentIds: [file.id, theirs.id] }))).toEqual([409, 'no_upload']);
  expect(codeOf(await reply(conversation, { attachmentIds: [randomUUID()] }))).toEqual([409, 'no_upload']);
  expect(codeOf(await reply(other.conversation, { attachmentIds: [file.id] }))).toEqual([409, 'no_upload']);
  const eleven = Array.from({ length: 11 }, () => randomUUID());
  expect(codeOf(await reply(conversation, { attachmentIds: eleven }))).toEqual([409, 'too_many_files']);
  expect(codeOf(await upload(agent, conversation, 'c.bin', Buffer.alloc(50_000_001)))).toEqual([413, 'file_too_large']);
  expect(await messagesOf(agent, conversation)).toHaveLength(before);
  // The file is still there for another try; with a second message it is not.
  expect((await reply(conversation, { attachmentIds: [file.id] })).status).toBe(200);
  expect(codeOf(await reply(conversation, { attachmentIds: [file.id] }))).toEqual([409, 'no_upload']);
  await eventually(() => expect(stand.byUs(here)).toHaveLength(2));
}, 60_000);

test('“is typing” is shown at once, and not again and again', async () => {
  const { chat: here, conversation } = await stand.begin();
  const typed = () =>
    stand.simulator.log.calls.filter(({ method, chatId }) => method === 'sendChatAction' && chatId === here);
  expect(typed()).toEqual([]);
  for (let time = 0; time < 5; time += 1) {
    expect((await agent.ask('POST', `conversations/${conversation}/typing`)).status).toBe(204);
  }
  await eventually(() => expect(stand.simulator.view(here).action).toBe('typing'));
  expect(typed()).toHaveLength(1);
  const nobody = await stand.signedIn('agent');
  await stand.giveTo(conversation, 'kyc');
  expect(codeOf(await nobody.ask('POST', `conversations/${conversation}/typing`))).toEqual([404, 'not_found']);
}, 30_000);

test('what each channel can do is told as data', async () => {
  expect((await agent.get('channels')).body).toEqual({
    channels: [
      {
        channel: 'telegram',
        capabilities: expect.objectContaining({
          text: expect.objectContaining({ maxLength: 4_096, unit: 'utf16' }),
          media: expect.objectContaining({
            captionLength: 1_024,
            maxFiles: 10,
            maxBytes: expect.objectContaining({ photo: 10_000_000 }),
          }),
          deleteWindowMs: 172_800_000,
          editWindowMs: null,
          reactions: 'one',
          replies: true,
          typing: true,
        }),
      },
    ],
  });
});
