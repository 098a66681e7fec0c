import { describe, expect, test } from '@jest/globals';
import { fieldsOf, useStand } from './stand.ts';

describe('people driven over HTTP', () => {
  const stand = useStand();
  const order = async (name: string, body: object): Promise<unknown> => {
    const response = await fetch(`${stand.simulator.url}/_control/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const answer: unknown = JSON.parse(await response.text());
    if (response.status === 200) return answer;
    throw new Error(JSON.stringify(answer));
  };

  test('a customer sends a file, whose bytes can be fetched', async () => {
    const base64 = Buffer.from('statement').toString('base64');
    const content = { kind: 'document', file: { base64, name: 's.txt', mime: 'text/plain' }, caption: 'March' };
    expect(await order('send', { chat: 7, name: 'Ana', content })).toMatchObject({ messageId: 1 });
    const message = await stand.last('message');
    expect(message).toMatchObject({ caption: 'March', from: { first_name: 'Ana' }, document: { file_name: 's.txt' } });
    const { file_path: path } = await stand.done('getFile', { file_id: fieldsOf(message['document'])['file_id'] });
    expect(await (await fetch(stand.fileUrl(path))).text()).toBe('statement');
  });

  test('an album, an edit, a reaction, a press', async () => {
    await stand.call('getUpdates', {
      allowed_updates: ['message', 'edited_message', 'message_reaction', 'callback_query'],
    });
    const items = [
      { kind: 'photo', caption: 'a' },
      { kind: 'photo', width: 10, height: 10 },
    ];
    expect(await order('album', { chat: 7, items })).toMatchObject({ written: [{ messageId: 1 }, { messageId: 2 }] });
    await order('editCaption', { chat: 7, message: 1, caption: 'b' });
    await order('editContent', { chat: 7, message: 2, content: { kind: 'video' } });
    await order('react', { chat: 7, message: 1, emoji: ['👍'] });
    const reply_markup = { inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] };
    await stand.done('sendMessage', { chat_id: 7, text: 'x', reply_markup });
    expect(await order('press', { chat: 7, message: 3, button: 'A' })).toMatchObject({ queryId: expect.any(String) });
    const kinds = (await stand.updates()).map((update) => Object.keys(update)[1]);
    expect(kinds).toEqual([
      'message',
      'message',
      'edited_message',
      'edited_message',
      'message_reaction',
      'callback_query',
    ]);
    const view = await fetch(`${stand.simulator.url}/_control/view?chat=7`);
    expect(await view.json()).toMatchObject({
      entries: [{ shows: ['photo', 'video'], reactions: ['👍'], text: 'b' }, { buttons: [[{ text: 'A' }]] }],
    });
  });

  test('members of groups, groups and businesses', async () => {
    await order('send', { chat: -5, author: 3, content: { kind: 'text', text: 'hi' } });
    expect(await stand.last('message')).toMatchObject({ from: { id: 3 }, chat: { id: -5 }, text: 'hi' });
    expect(await order('group', { chat: -5, do: 'migrate', to: -1_000_000_000_005 })).toEqual({
      chat: -1_000_000_000_005,
    });
    expect(await stand.last('message')).toMatchObject({ migrate_from_chat_id: -5 });
    for (const what of ['addBot', 'promoteBot', 'removeBot', 'topic']) await order('group', { chat: -6, do: what });
    expect(await stand.updates()).toHaveLength(5);
    await order('business', { owner: 90, do: 'connect', rights: { can_reply: true } });
    await order('business', { owner: 90, do: 'say', customer: 7, text: 'hello' });
    await order('business', { owner: 90, do: 'delete', customer: 7, messages: [1] });
    await order('business', { owner: 90, do: 'disconnect' });
    const kinds = (await stand.updates()).map((update) => Object.keys(update)[1]);
    expect(kinds).toEqual([
      'business_connection',
      'business_message',
      'deleted_business_messages',
      'business_connection',
    ]);
  });

  test('the clock is moved, and wrong orders are told what is wrong', async () => {
    const before = stand.simulator.clock.nowMs();
    await order('clock', { advanceMs: 3_600_000 });
    expect(stand.simulator.clock.nowMs() - before).toBeGreaterThanOrEqual(3_600_000);
    await expect(order('send', { chat: 7, content: { kind: 'hologram' } })).rejects.toThrow(/kind/u);
    await expect(order('album', { chat: 7, items: [] })).rejects.toThrow(/items/u);
    await expect(order('press', { chat: 7, message: 1, button: 'A' })).rejects.toThrow(/no button/u);
  });
});
