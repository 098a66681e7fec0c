import { describe, expect, test } from '@jest/globals';
import { fieldsOf, useStand } from './stand.ts';

const ANA = { id: 11, firstName: 'Ana' };
const GROUP = -1_000_000_000_777;

describe('groups', () => {
  const stand = useStand();

  test('a group that moves says so in both chats, and the old one refuses with the new id', async () => {
    const group = stand.simulator.group(-50);
    group.write(ANA, 'hi');
    const moved = group.migrateTo(GROUP);
    const notes = (await stand.updates()).slice(1).map((update) => fieldsOf(update['message']));
    expect(notes).toMatchObject([
      { chat: { id: -50, type: 'group' }, migrate_to_chat_id: GROUP },
      { chat: { id: GROUP, type: 'supergroup' }, migrate_from_chat_id: -50 },
    ]);
    for (const method of ['sendMessage', 'sendPhoto', 'sendMediaGroup', 'sendChatAction']) {
      expect(await stand.call(method, { chat_id: -50, text: 'x' })).toMatchObject({
        status: 400,
        parameters: { migrate_to_chat_id: GROUP },
      });
    }
    await stand.done('sendMessage', { chat_id: GROUP, text: 'here' });
    expect(moved.received()).toHaveLength(1);
  });

  test('the bot is let in and thrown out', async () => {
    const group = stand.simulator.group(GROUP, { title: 'Acme' });
    group.addBot(ANA);
    expect(await stand.updates()).toMatchObject([
      { my_chat_member: { from: { id: 11 }, chat: { id: GROUP }, new_chat_member: { status: 'member' } } },
      { message: { new_chat_members: [{ is_bot: true }] } },
    ]);
    group.removeBot(ANA);
    expect(await stand.last('my_chat_member')).toMatchObject({
      old_chat_member: { status: 'member' },
      new_chat_member: { status: 'kicked' },
    });
    expect(await stand.call('sendMessage', { chat_id: GROUP, text: 'x' })).toMatchObject({
      status: 403,
      description: 'Forbidden: bot was kicked from the supergroup chat',
    });
    expect(group.write(ANA, 'is it gone?').updateId).toBeNull();
    group.addBot();
    expect(group.write(ANA, 'no').updateId).toEqual(expect.any(Number));
    expect((await stand.call('sendMessage', { chat_id: GROUP, text: 'x' })).status).toBe(200);
  });

  test('a topic is opened with a note, and messages in it name it', async () => {
    const group = stand.simulator.group(GROUP);
    const topicId = group.createTopic(ANA, 'Refunds');
    expect(await stand.last('message')).toMatchObject({
      message_id: topicId,
      message_thread_id: topicId,
      is_topic_message: true,
      forum_topic_created: { name: 'Refunds' },
      chat: { is_forum: true },
    });
    group.send(ANA, { kind: 'photo' }, { topicId });
    expect(await stand.last('message')).toMatchObject({ message_thread_id: topicId, is_topic_message: true });
    expect(await stand.done('sendMessage', { chat_id: GROUP, text: 'x', message_thread_id: topicId })).toMatchObject({
      message_thread_id: topicId,
    });
    expect((await stand.call('sendPhoto', { chat_id: GROUP, message_thread_id: 99 })).description).toBe(
      'Bad Request: message thread not found',
    );
  });

  test('topics in private chats', async () => {
    stand.simulator.customer(7).send({ kind: 'voice' }, { topicId: 4 });
    expect(await stand.last('message')).toMatchObject({ message_thread_id: 4, is_topic_message: true });
  });

  test('blocking and unblocking in private', async () => {
    const customer = stand.simulator.customer(7);
    customer.write('hi');
    customer.block();
    expect(await stand.last('my_chat_member')).toMatchObject({ new_chat_member: { status: 'kicked' } });
    expect((await stand.call('sendPhoto', { chat_id: 7, photo: 'x' })).status).toBe(403);
    customer.unblock();
    expect(await stand.last('my_chat_member')).toMatchObject({ old_chat_member: { status: 'kicked' } });
  });
});

describe('privacy mode', () => {
  const token = '700000001:private';
  const stand = useStand({ bots: [{ token, username: 'acme_bot', readsAllGroupMessages: false }] });
  const mention = (text: string): object[] => [{ type: 'mention', offset: text.indexOf('@'), length: 9 }];

  test('getMe says so', async () => {
    expect((await stand.call('getMe')).result).toMatchObject({ can_read_all_group_messages: false });
  });

  test('only what is meant for the bot comes', async () => {
    const group = stand.simulator.group(GROUP);
    const text = 'dear @acme_bot help';
    const seen = (updateId: number | null): boolean => updateId !== null;
    const asked = Number((await stand.done('sendMessage', { chat_id: GROUP, text: 'Which?' }))['message_id']);
    const chatter = group.write(ANA, 'just talk');
    expect({
      chatter: seen(chatter.updateId),
      photo: seen(group.send(ANA, { kind: 'photo', caption: 'look' }).updateId),
      command: seen(group.write(ANA, '/help').updateId),
      ours: seen(group.write(ANA, '/help@acme_bot').updateId),
      theirs: seen(group.write(ANA, '/help@other_bot').updateId),
      mention: seen(group.write(ANA, text, { entities: mention(text) }).updateId),
      captionMention: seen(group.send(ANA, { kind: 'photo', caption: text, captionEntities: mention(text) }).updateId),
      answer: seen(group.write(ANA, 'this one', { replyTo: asked }).updateId),
      photoAnswer: seen(group.send(ANA, { kind: 'photo' }, { replyTo: asked }).updateId),
      answerToOthers: seen(group.write(ANA, 'yes', { replyTo: chatter.messageId }).updateId),
      edit: seen(group.edit(ANA, chatter.messageId, 'still talk').updateId),
    }).toEqual({
      chatter: false,
      photo: false,
      command: true,
      ours: true,
      theirs: false,
      mention: true,
      captionMention: true,
      answer: true,
      photoAnswer: true,
      answerToOthers: false,
      edit: false,
    });
    expect(stand.simulator.customer(7).write('private talk').updateId).toEqual(expect.any(Number));
    group.promoteBot();
    expect(seen(group.write(ANA, 'just talk').updateId)).toBe(true);
    expect((await stand.updates()).filter((update) => 'message' in update)).toHaveLength(8);
  });
});
