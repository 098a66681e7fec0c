import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer, DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { codeOf, type MediaStand, type Message, messagesOf, picture, startMediaStand, uploaded } from './media-kit.ts';

let stand: MediaStand;
let agent: DeskClient & { agentId: string };

beforeAll(async () => {
  stand = await startMediaStand();
  agent = await stand.signedIn('agent', ['support']);
}, 60_000);
afterAll(() => stand.stop(), 30_000);

/** Sends a reply and waits until the platform has all of it. */
async function sent(conversation: string, body: object): Promise<string> {
  const id = randomUUID();
  const answer = await agent.post(`conversations/${conversation}/replies`, { id, text: '', ...body });
  expect(answer.status).toBe(200);
  await settled(conversation, id);
  return id;
}

/** Waits until nothing of a message is on its way. */
function settled(conversation: string, id: string): Promise<Message> {
  return eventually(async () => {
    const found = (await messagesOf(agent, conversation)).find((one) => one.id === id);
    if (found === undefined) throw new Error('no such message');
    expect(found.deliveries.map(({ state }) => state).filter((state) => state !== 'sent')).toEqual([]);
    return found;
  });
}

const edit = (id: string, text: string, op: string = randomUUID()): Promise<Answer> =>
  agent.ask('PATCH', `messages/${id}`, { body: { id: op, text } });
const remove = (id: string, op: string = randomUUID()): Promise<Answer> =>
  agent.ask('DELETE', `messages/${id}?op=${op}`);
const react = (id: string, emoji: string | null, op: string = randomUUID()): Promise<Answer> =>
  agent.ask('PUT', `messages/${id}/reaction`, { body: { id: op, emoji } });

const audited = async (action: string, id: string): Promise<number> =>
  (await stand.query('SELECT 1 FROM audit WHERE action = $1 AND subject_id = $2', [action, id])).length;

test('an edit reaches the customer, keeps what stood there before, and the same one again does nothing', async () => {
  const { chat: here, conversation } = await stand.begin();
  const id = await sent(conversation, { text: 'it costs 10' });
  const op = randomUUID();
  expect((await edit(id, 'it costs 12', op)).status).toBe(200);
  expect((await edit(id, 'it costs 12', op)).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[1]).toMatchObject({ text: 'it costs 12', edited: true }));
  expect(await settled(conversation, id)).toMatchObject({
    text: 'it costs 12',
    editedAt: expect.any(String),
    edits: [{ text: 'it costs 10' }],
    deliveries: [{ action: 'send' }, { action: 'edit' }],
  });
  expect(await audited('message.edit', id)).toBe(1);
  expect(stand.simulator.log.messagesIn(here)).toHaveLength(2);
}, 30_000);

test('a long message is edited part by part; one that would need more or fewer parts is refused', async () => {
  const { chat: here, conversation } = await stand.begin();
  const id = await sent(conversation, { text: 'old '.repeat(1_500).trim() });
  expect(stand.byUs(here)).toHaveLength(3);
  const text = 'new '.repeat(1_400).trim();
  expect((await edit(id, text)).status).toBe(200);
  await eventually(() =>
    expect(
      stand
        .byUs(here)
        .slice(1)
        .map((one) => one.text)
        .join(' '),
    ).toBe(text),
  );
  await settled(conversation, id);
  expect(codeOf(await edit(id, 'short'))).toEqual([409, 'too_long_to_edit']);
  expect(codeOf(await edit(id, 'longer '.repeat(2_000)))).toEqual([409, 'too_long_to_edit']);
  expect((await settled(conversation, id)).text).toBe(text);
}, 30_000);

test('with files only their words change: below an album, below one that had none, and behind a long one', async () => {
  const { chat: here, conversation } = await stand.begin();
  const files = await Promise.all(
    ['red', 'green'].map(async (colour) =>
      uploaded(agent, conversation, `${colour}.jpg`, await picture(40, 30, colour)),
    ),
  );
  const album = await sent(conversation, { text: 'these two', attachmentIds: files.map(({ id }) => id) });
  const before = stand.byUs(here)[1]?.media;
  expect((await edit(album, 'only these two')).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[1]?.text).toBe('only these two'));
  expect(stand.byUs(here)[1]?.media).toEqual(before);

  const lone = await uploaded(agent, conversation, 'plan.pdf', Buffer.from('%PDF-1.7\n%%EOF\n'));
  const silent = await sent(conversation, { attachmentIds: [lone.id] });
  expect((await edit(silent, 'the plan')).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[2]).toMatchObject({ text: 'the plan', shows: ['document'] }));
  expect(await settled(conversation, silent)).toMatchObject({
    text: 'the plan',
    extras: {},
    edits: [{ text: '[file] plan.pdf' }],
  });
  expect(codeOf(await edit(silent, 'much '.repeat(300)))).toEqual([409, 'too_long_to_edit']);

  const other = await uploaded(agent, conversation, 'terms.pdf', Buffer.from('%PDF-1.7\n%%EOF\n'));
  const behind = await sent(conversation, { text: 'word '.repeat(220).trim(), attachmentIds: [other.id] });
  expect((await edit(behind, 'fewer words')).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[4]).toMatchObject({ text: 'fewer words', shows: [] }));
  expect(stand.byUs(here)[3]).toMatchObject({ text: '', shows: ['document'] });
}, 30_000);

test('a deleted message is gone with every file of its album, once, and cannot be changed any more', async () => {
  const { chat: here, conversation } = await stand.begin();
  const files = await Promise.all(
    ['red', 'green', 'blue'].map(async (colour) =>
      uploaded(agent, conversation, `${colour}.jpg`, await picture(40, 30, colour)),
    ),
  );
  const id = await sent(conversation, { text: 'wrong ones', attachmentIds: files.map((file) => file.id) });
  expect(stand.byUs(here)[1]?.messageIds).toHaveLength(3);
  const op = randomUUID();
  expect((await remove(id, op)).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)).toHaveLength(1));
  expect((await remove(id, op)).status).toBe(200);
  expect((await remove(id)).status).toBe(200);
  const now = await settled(conversation, id);
  expect(now.deletedAt).not.toBeNull();
  expect(now.deliveries.map(({ action }) => action)).toEqual(['send', 'delete', 'delete', 'delete']);
  expect(await audited('message.delete', id)).toBe(1);
  expect(codeOf(await edit(id, 'right ones'))).toEqual([409, 'not_amendable']);
}, 30_000);

test('what the bot said is edited and deleted like our own', async () => {
  const { chat: here, conversation } = await stand.begin('tell me');
  const said = (await messagesOf(agent, conversation)).find(({ kind }) => kind === 'outbound')?.id ?? '';
  await settled(conversation, said);
  expect((await edit(said, 'told you')).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)[0]?.text).toBe('told you'));
  expect((await remove(said)).status).toBe(200);
  await eventually(() => expect(stand.byUs(here)).toEqual([]));
}, 30_000);

test('a reaction stands below the customer’s message, is replaced and taken back', async () => {
  const { chat: here, conversation } = await stand.begin('thank you!');
  const theirs = (await messagesOf(agent, conversation)).find(({ kind }) => kind === 'inbound')?.id ?? '';
  const reactions = () => stand.simulator.view(here).entries[0]?.reactions;
  const op = randomUUID();
  expect((await react(theirs, '👍', op)).status).toBe(200);
  expect((await react(theirs, '👍', op)).status).toBe(200);
  await eventually(() => expect(reactions()).toEqual(['👍']));
  expect((await settled(conversation, theirs)).reactions).toEqual(['👍']);
  expect((await react(theirs, '❤️')).status).toBe(200);
  // As keyboards write it, with a selector that the platform does not know.
  await eventually(() => expect(reactions()).toEqual(['❤']));
  expect((await react(theirs, null)).status).toBe(200);
  await eventually(() => expect(reactions()).toEqual([]));
  expect((await settled(conversation, theirs)).reactions).toEqual([]);
  expect(await audited('message.react', theirs)).toBe(3);
  expect(codeOf(await react(theirs, '🥑'))).toEqual([422, 'reaction_unknown']);
  expect(codeOf(await react(theirs, 'ok'))).toEqual([400, 'invalid']);
  expect(codeOf(await react(theirs, '👍👍'))).toEqual([400, 'invalid']);
}, 30_000);

test('an album of the customer’s has one reaction; a vote and a note can have none', async () => {
  const { chat: here, customer, conversation } = await stand.begin();
  const bytes = await picture();
  const [first] = await customer.album([
    { kind: 'photo', file: { bytes }, width: 40, height: 30, caption: 'two' },
    { kind: 'photo', file: { bytes }, width: 40, height: 30 },
  ]);
  const album = await eventually(async () => {
    const found = (await messagesOf(agent, conversation)).find(({ attachments }) => attachments.length === 2);
    if (found === undefined) throw new Error('no album');
    return found.id;
  });
  expect((await react(album, '🔥')).status).toBe(200);
  await eventually(() =>
    expect(
      stand.simulator.view(here).entries.find(({ messageIds }) => messageIds.includes(first?.messageId ?? 0))
        ?.reactions,
    ).toEqual(['🔥']),
  );
  const calls = stand.simulator.log.calls.filter(
    ({ method, chatId }) => method === 'setMessageReaction' && chatId === here,
  );
  expect(calls.map(({ messageId }) => messageId)).toEqual([first?.messageId]);

  await stand.query(`UPDATE message SET extras = '{"content":{"type":"pollAnswer","options":[1]}}' WHERE id = $1`, [
    album,
  ]);
  expect(codeOf(await react(album, '👍'))).toEqual([409, 'not_amendable']);
  const note = randomUUID();
  await agent.post(`conversations/${conversation}/notes`, { id: note, text: 'a note' });
  expect(codeOf(await react(note, '👍'))).toEqual([409, 'not_amendable']);
  expect(codeOf(await edit(note, 'another'))).toEqual([409, 'not_amendable']);
  expect(codeOf(await remove(note))).toEqual([409, 'not_amendable']);
}, 30_000);

test('refused with the reason: too old to delete, not sent yet, the customer’s own, out of reach', async () => {
  const { customer, conversation } = await stand.begin();
  const id = await sent(conversation, { text: 'old' });
  await stand.query(`UPDATE delivery SET finished_at = now() - interval '49 hours' WHERE message_id = $1`, [id]);
  const late = await remove(id);
  expect([...codeOf(late), late.raw.includes('48 h')]).toEqual([409, 'delete_window', true]);
  // Words may be changed for good.
  expect((await edit(id, 'still old')).status).toBe(200);
  const theirs = (await messagesOf(agent, conversation)).find(({ kind }) => kind === 'inbound')?.id ?? '';
  expect(codeOf(await edit(theirs, 'x'))).toEqual([409, 'not_amendable']);
  expect(codeOf(await remove(theirs))).toEqual([409, 'not_amendable']);
  expect(codeOf(await react(id, '👍'))).toEqual([409, 'not_amendable']);
  expect(codeOf(await edit(randomUUID(), 'x'))).toEqual([404, 'not_found']);

  customer.block();
  const never = randomUUID();
  await agent.post(`conversations/${conversation}/replies`, { id: never, text: 'hello?' });
  await eventually(async () =>
    expect((await messagesOf(agent, conversation)).find((one) => one.id === never)?.deliveries[0]?.state).toBe(
      'failed',
    ),
  );
  expect(codeOf(await edit(never, 'x'))).toEqual([409, 'not_sent']);
  expect(codeOf(await remove(never))).toEqual([409, 'not_sent']);

  await stand.giveTo(conversation, 'kyc');
  for (const answer of [await edit(id, 'x'), await remove(id), await react(theirs, '👍')]) {
    expect(codeOf(answer)).toEqual([404, 'not_found']);
  }
}, 30_000);
