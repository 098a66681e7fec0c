import { describe, expect, test } from '@jest/globals';
import { fieldsOf, useStand } from './stand.ts';

const OWNER = { id: 90, firstName: 'Olga' };
const ANA = { id: 7, firstName: 'Ana' };

describe('business accounts', () => {
  const stand = useStand();

  test('the bot is switched on with rights, and off', async () => {
    const account = stand.simulator.business(OWNER, { id: 'bC_1' });
    account.connect({ can_reply: true });
    const connection = await stand.last('business_connection');
    expect(connection).toMatchObject({ id: 'bC_1', user: { id: 90 }, is_enabled: true, rights: { can_reply: true } });
    expect(await stand.done('getBusinessConnection', { business_connection_id: 'bC_1' })).toEqual(connection);
    const { messageId } = account.write(ANA, 'hi');
    account.disconnect();
    expect(await stand.last('business_connection')).toMatchObject({ is_enabled: false });
    expect(account.write(ANA, 'anyone?').updateId).toBeNull();
    expect(account.edit(ANA, messageId, 'hello?').updateId).toBeNull();
    expect(account.delete(ANA, [messageId])).toBeNull();
    expect((await stand.call('getBusinessConnection', { business_connection_id: 'bC_2' })).description).toBe(
      'Bad Request: business connection not found',
    );
  });

  test("messages, files, edits and deletes of its chats come, the owner's own too", async () => {
    const account = stand.simulator.business(OWNER, { id: 'bC_1' });
    account.connect();
    await stand.updates();
    const { messageId } = account.write(ANA, 'hello shop');
    account.send(ANA, { kind: 'photo', caption: 'this' });
    account.ownerWrites(ANA, 'welcome');
    account.edit(ANA, messageId, 'hello, shop');
    account.delete(ANA, [messageId]);
    const about = { business_connection_id: 'bC_1', chat: { id: 7, type: 'private' } };
    expect(await stand.updates()).toMatchObject([
      { business_message: { ...about, text: 'hello shop', from: { id: 7 } } },
      { business_message: { ...about, caption: 'this', photo: expect.any(Array) } },
      { business_message: { ...about, text: 'welcome', from: { id: 90 } } },
      { edited_business_message: { ...about, text: 'hello, shop', edit_date: expect.any(Number) } },
      { deleted_business_messages: { ...about, message_ids: [messageId] } },
    ]);
  });

  test("its chats are apart from the bot's own with the same people", async () => {
    const account = stand.simulator.business(OWNER, { id: 'bC_1' });
    account.connect();
    const business = account.write(ANA, 'to the shop');
    expect((await stand.call('sendMessage', { chat_id: 7, text: 'x' })).description).toBe(
      'Bad Request: chat not found',
    );
    const own = stand.simulator.customer(7).write('to the bot');
    expect(own.messageId).toBe(business.messageId);
    const sent = await stand.done('sendMessage', { chat_id: 7, text: 'shop', business_connection_id: 'bC_1' });
    expect(sent).toMatchObject({
      business_connection_id: 'bC_1',
      from: { id: 90 },
      sender_business_bot: { is_bot: true },
    });
    await stand.done('sendMessage', { chat_id: 7, text: 'bot' });
    expect(account.received(ANA).map((message) => message.text)).toEqual(['shop']);
    expect(stand.simulator.view(7).entries.map((entry) => entry.text)).toEqual(['to the bot', 'bot']);
    expect(stand.simulator.view(7, { businessId: 'bC_1' }).entries.map((entry) => entry.text)).toEqual([
      'to the shop',
      'shop',
    ]);
    const edit = { chat_id: 7, message_id: sent['message_id'], text: 'SHOP', business_connection_id: 'bC_1' };
    expect(fieldsOf((await stand.call('editMessageText', edit)).result)).toMatchObject({ text: 'SHOP' });
    expect(stand.simulator.log.messages.map((message) => message.currentText)).toEqual(['SHOP', 'bot']);
  });

  test('without the right, switched off, or a day late the bot may not write', async () => {
    const account = stand.simulator.business(OWNER, { id: 'bC_1' });
    account.connect();
    account.write(ANA, 'hi');
    const why = async (): Promise<string> =>
      (await stand.call('sendMessage', { chat_id: 7, text: 'x', business_connection_id: 'bC_1' })).description;
    expect(await why()).toBe('');
    stand.simulator.clock.advance(25 * 3_600_000);
    expect(await why()).toBe('Bad Request: BUSINESS_PEER_USAGE_MISSING');
    account.write(ANA, 'still there');
    expect(await why()).toBe('');
    account.connect({ can_read_messages: true });
    expect(await why()).toBe('Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED');
    account.disconnect();
    expect(await why()).toBe('Bad Request: BUSINESS_CONNECTION_INVALID');
  });

  test('the bot deletes what it sent, and more only with the right', async () => {
    const account = stand.simulator.business(OWNER, { id: 'bC_1' });
    account.connect();
    const theirs = account.write(ANA, 'hi').messageId;
    const about = { business_connection_id: 'bC_1' };
    const ours = (await stand.done('sendMessage', { chat_id: 7, text: 'x', ...about }))['message_id'];
    expect((await stand.call('deleteBusinessMessages', { ...about, message_ids: [theirs] })).status).toBe(400);
    expect((await stand.call('deleteBusinessMessages', { ...about, message_ids: [ours] })).result).toBe(true);
    expect(account.received(ANA)[0]?.deleted).toBe(true);
    account.connect({ can_delete_all_messages: true });
    expect((await stand.call('deleteBusinessMessages', { ...about, message_ids: [theirs] })).result).toBe(true);
  });

  test('an id in a message alone makes the connection', async () => {
    stand.simulator.customer(7).write('hi', { businessId: 'bC_9' });
    expect(await stand.last('business_message')).toMatchObject({ business_connection_id: 'bC_9' });
    expect((await stand.call('sendMessage', { chat_id: 7, text: 'x', business_connection_id: 'bC_9' })).status).toBe(
      200,
    );
  });
});
