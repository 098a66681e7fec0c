import { describe, expect, test } from '@jest/globals';
import { fieldsOf, useStand } from './stand.ts';

describe('reactions, buttons, votes, typing', () => {
  const stand = useStand();
  const like = { type: 'emoji', emoji: '👍' };
  const heart = { type: 'emoji', emoji: '❤' };
  const ask = async (reply_markup?: object): Promise<number> => {
    stand.simulator.customer(7).write('hi');
    const more = reply_markup === undefined ? {} : { reply_markup };
    return Number((await stand.done('sendMessage', { chat_id: 7, text: 'which?', ...more }))['message_id']);
  };

  test("a customer's reactions come with those before, to a bot that asked for them", async () => {
    const messageId = await ask();
    const customer = stand.simulator.customer(7);
    expect(customer.react(messageId, ['🔥'])).toBeNull();
    await stand.call('getUpdates', { allowed_updates: ['message', 'message_reaction'] });
    expect(customer.react(messageId, ['👍'])).toEqual(expect.any(Number));
    expect(await stand.last('message_reaction')).toMatchObject({
      chat: { id: 7 },
      message_id: messageId,
      user: { id: 7 },
      old_reaction: [{ type: 'emoji', emoji: '🔥' }],
      new_reaction: [like],
    });
    customer.react(messageId, []);
    expect(await stand.last('message_reaction')).toMatchObject({ old_reaction: [like], new_reaction: [] });
    customer.react(messageId, ['custom:5368']);
    expect(await stand.last('message_reaction')).toMatchObject({
      new_reaction: [{ type: 'custom_emoji', custom_emoji_id: '5368' }],
    });
    expect(stand.simulator.log.messages[0]?.reactions).toEqual({ byBot: [], byCustomer: ['custom:5368'] });
  });

  test('in groups only an administrator is told', async () => {
    await stand.call('getUpdates', { allowed_updates: ['message', 'message_reaction', 'my_chat_member'] });
    const group = stand.simulator.group(-5);
    const author = { id: 1, firstName: 'A' };
    const { messageId } = group.write(author, 'hi');
    expect(group.react(author, messageId, ['👍'])).toBeNull();
    group.promoteBot();
    expect(group.react(author, messageId, ['❤'])).toEqual(expect.any(Number));
    expect(await stand.last('message_reaction')).toMatchObject({ old_reaction: [like], new_reaction: [heart] });
  });

  test('the bot has one reaction per message, which an empty list clears', async () => {
    const { messageId } = stand.simulator.customer(7).write('thanks');
    const about = { chat_id: 7, message_id: messageId };
    const shown = (): unknown => stand.simulator.view(7).entries[0]?.reactions;
    await stand.call('setMessageReaction', { ...about, reaction: [like] });
    await stand.call('setMessageReaction', { ...about, reaction: [heart] });
    expect(shown()).toEqual(['❤']);
    await stand.call('setMessageReaction', { ...about, reaction: [] });
    expect(shown()).toEqual([]);
  });

  test.each([
    [{ reaction: [{ type: 'emoji', emoji: '🧾' }] }, 'REACTION_INVALID'],
    [{ reaction: [{ type: 'paid' }] }, 'REACTION_INVALID'],
    [{ reaction: [like, heart] }, 'REACTIONS_TOO_MANY'],
    [{ reaction: [like], message_id: 99 }, 'message to react not found'],
  ])('the reaction %j is refused', async (payload, description) => {
    const { messageId } = stand.simulator.customer(7).write('x');
    const answer = await stand.call('setMessageReaction', { chat_id: 7, message_id: messageId, ...payload });
    expect(answer).toMatchObject({ status: 400, description: `Bad Request: ${description}` });
  });

  test('a pressed button comes with its message and is answered once', async () => {
    const messageId = await ask({ inline_keyboard: [[{ text: 'Refund', callback_data: 'topic:refund' }]] });
    const customer = stand.simulator.customer(7);
    await stand.updates();
    const pressed = customer.press(messageId, 'Refund');
    const query = await stand.last('callback_query');
    expect(query).toMatchObject({
      id: pressed.queryId,
      from: { id: 7 },
      data: 'topic:refund',
      chat_instance: expect.any(String),
      message: { message_id: messageId, text: 'which?', from: { is_bot: true }, reply_markup: expect.any(Object) },
    });
    expect(pressed.answer()).toBeNull();
    const answer = { callback_query_id: query['id'], text: 'On it', show_alert: true };
    expect((await stand.call('answerCallbackQuery', answer)).result).toBe(true);
    expect(pressed.answer()).toEqual({ text: 'On it', showAlert: true, url: null });
    expect((await stand.call('answerCallbackQuery', answer)).status).toBe(400);
    expect(() => customer.press(messageId, 'Other')).toThrow(/no button "Other" .*it has: Refund/u);
  });

  test('an answer that comes late is refused, and so is one to nothing', async () => {
    const messageId = await ask({ inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] });
    const { queryId } = stand.simulator.customer(7).press(messageId, 'a');
    stand.simulator.clock.advance(120_000);
    for (const callback_query_id of [queryId, '1']) {
      expect(await stand.call('answerCallbackQuery', { callback_query_id })).toMatchObject({
        status: 400,
        description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
      });
    }
  });

  test('votes', async () => {
    stand.simulator.customer(7).answerPoll('55', [1]);
    expect(await stand.last('poll_answer')).toMatchObject({ poll_id: '55', user: { id: 7 }, option_ids: [1] });
  });

  test('the chat shows who is typing until a message comes', async () => {
    const messageId = await ask();
    await stand.call('sendChatAction', { chat_id: 7, action: 'typing' });
    expect(stand.simulator.view(7).action).toBe('typing');
    await stand.done('sendMessage', { chat_id: 7, text: 'here' });
    const view = stand.simulator.view(7);
    expect(view.action).toBeNull();
    expect(view.entries.map((entry) => [entry.by, entry.text])).toEqual([
      ['person', 'hi'],
      ['bot', 'which?'],
      ['bot', 'here'],
    ]);
    await stand.call('deleteMessage', { chat_id: 7, message_id: messageId });
    expect(stand.simulator.view(7).entries).toHaveLength(2);
    expect(stand.simulator.view(99)).toEqual({ entries: [], action: null });
  });

  test('a webhook gets the kinds it was set for, and no others', async () => {
    const { simulator } = stand;
    await stand.call('setWebhook', { url: 'http://127.0.0.1:9/', allowed_updates: ['message_reaction'] });
    const customer = simulator.customer(7);
    const { messageId, updateId } = customer.write('hi');
    expect(updateId).toBeNull();
    expect(customer.react(messageId, ['👍'])).toEqual(expect.any(Number));
    // Set anew without a list, the earlier one stays in force; an empty one is the default.
    await stand.call('setWebhook', { url: 'http://127.0.0.1:9/' });
    expect(customer.write('still').updateId).toBeNull();
    await stand.call('setWebhook', { url: 'http://127.0.0.1:9/', allowed_updates: [] });
    expect(customer.write('now').updateId).toEqual(expect.any(Number));
    expect(customer.react(messageId, [])).toBeNull();
  });

  test('getMe tells whether groups are read, getWebhookInfo what waits and what failed', async () => {
    expect(fieldsOf((await stand.call('getMe')).result)).toMatchObject({ can_read_all_group_messages: true });
    await stand.call('setWebhook', { url: 'http://127.0.0.1:9/' });
    stand.simulator.customer(7).write('waits');
    const info = async (): Promise<unknown> => (await stand.call('getWebhookInfo')).result;
    while (fieldsOf(await info())['last_error_date'] === undefined) await new Promise((wake) => setTimeout(wake, 20));
    expect(await info()).toMatchObject({
      pending_update_count: 1,
      last_error_message: expect.stringMatching(/refused|ECONN/u),
    });
  });
});
