import { describe, expect, test } from '@jest/globals';
import { fieldsOf, form, png, useStand } from './stand.ts';

const SAME = expect.stringContaining('message is not modified');
const HOUR_MS = 3_600_000;

describe('what a bot changes', () => {
  const stand = useStand();

  const sendPhoto = async (caption: string): Promise<{ messageId: unknown; fileId: unknown }> => {
    stand.simulator.customer(7).write('hi');
    const photo = { bytes: png(50, 50), name: 'a.png' };
    const message = await stand.done('sendPhoto', form({ chat_id: '7', caption, photo }));
    const sizes = Array.isArray(message['photo']) ? message['photo'] : [];
    return { messageId: message['message_id'], fileId: fieldsOf(sizes.at(-1))['file_id'] };
  };
  const sendText = async (text: string, more: object = {}): Promise<unknown> => {
    stand.simulator.customer(7).write('hi');
    return (await stand.done('sendMessage', { chat_id: 7, text, ...more }))['message_id'];
  };
  const keyboard = (...names: string[]): object => ({
    inline_keyboard: [names.map((text) => ({ text, callback_data: `do:${text}` }))],
  });

  describe('edits', () => {
    test('a caption, and not to what it is', async () => {
      const { messageId } = await sendPhoto('old');
      const edit = { chat_id: 7, message_id: messageId, caption: 'new' };
      expect(await stand.done('editMessageCaption', edit)).toMatchObject({
        caption: 'new',
        photo: expect.any(Array),
        edit_date: expect.any(Number),
      });
      expect(await stand.call('editMessageCaption', edit)).toMatchObject({ status: 400, description: SAME });
      expect((await stand.call('editMessageCaption', { ...edit, caption: 'c'.repeat(1_025) })).description).toBe(
        'Bad Request: message caption is too long',
      );
      expect(stand.simulator.log.messages).toMatchObject([{ text: 'old', currentText: 'new', edits: 1 }]);
    });

    test('a file, by upload and by file_id', async () => {
      const { messageId, fileId } = await sendPhoto('old');
      const about = { chat_id: 7, message_id: messageId };
      const media = { type: 'photo', media: fileId, caption: 'old' };
      expect(await stand.call('editMessageMedia', { ...about, media })).toMatchObject({ description: SAME });
      const upload = form({
        chat_id: '7',
        message_id: String(messageId),
        media: JSON.stringify({ type: 'document', media: 'attach://doc' }),
        doc: { bytes: Buffer.from('terms'), name: 'terms.txt' },
      });
      const edited = await stand.done('editMessageMedia', upload);
      expect(edited).toMatchObject({ document: { file_name: 'terms.txt', mime_type: 'text/plain' } });
      expect(edited).not.toHaveProperty('photo');
      expect(edited).not.toHaveProperty('caption');
      expect(stand.simulator.log.messages).toMatchObject([
        { media: { kind: 'document', sizeBytes: 5 }, currentText: '' },
      ]);
    });

    test('of an album stay of its sort', async () => {
      const { fileId } = await sendPhoto('x');
      const media = [1, 2].map(() => ({ type: 'photo', media: fileId }));
      const { result } = await stand.call('sendMediaGroup', { chat_id: 7, media });
      const first = fieldsOf(Array.isArray(result) ? result[0] : null)['message_id'];
      const document = form({
        chat_id: '7',
        message_id: String(first),
        media: JSON.stringify({ type: 'document', media: 'attach://d' }),
        d: { bytes: Buffer.from('x'), name: 'x' },
      });
      expect((await stand.call('editMessageMedia', document)).description).toBe('Bad Request: MEDIA_GROUPED_INVALID');
    });

    test('a keyboard alone, which goes when it is not given again', async () => {
      const messageId = await sendText('choose', { reply_markup: keyboard('A', 'B') });
      const about = { chat_id: 7, message_id: messageId };
      const shown = (): unknown => stand.simulator.log.messages[0]?.buttons.flat().map((button) => button.text);
      expect(shown()).toEqual(['A', 'B']);
      await stand.done('editMessageReplyMarkup', { ...about, reply_markup: keyboard('C') });
      expect(shown()).toEqual(['C']);
      expect(
        (await stand.call('editMessageReplyMarkup', { ...about, reply_markup: keyboard('C') })).description,
      ).toEqual(SAME);
      await stand.done('editMessageText', { ...about, text: 'chosen' });
      expect(shown()).toEqual([]);
    });

    test('what is not there, not ours or of another sort is refused', async () => {
      const customer = stand.simulator.customer(7).write('mine');
      const text = await sendText('text');
      const { messageId: photo } = await sendPhoto('caption');
      const refusals: [string, unknown, string][] = [
        ['editMessageText', 99, 'message to edit not found'],
        ['editMessageText', customer.messageId, "message can't be edited"],
        ['editMessageText', photo, 'there is no text in the message to edit'],
        ['editMessageCaption', text, 'there is no caption in the message to edit'],
      ];
      for (const [method, message_id, description] of refusals) {
        expect(await stand.call(method, { chat_id: 7, message_id, text: 'x', caption: 'x' })).toMatchObject({
          status: 400,
          description: `Bad Request: ${description}`,
        });
      }
    });
  });

  test.each([
    [{ text: 'x', callback_data: 'd'.repeat(65) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', callback_data: 'ж'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', callback_data: '' }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', url: 'no address' }, "inline keyboard button URL 'no address' is invalid: Wrong HTTP URL"],
    [{ text: 'x' }, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"],
    [{ callback_data: 'd' }, 'can\'t parse inline keyboard button: Can\'t find field "text"'],
  ])('the button %j is refused', async (button, description) => {
    stand.simulator.customer(7).write('hi');
    const payload = { chat_id: 7, text: 'x', reply_markup: { inline_keyboard: [[button]] } };
    expect(await stand.call('sendMessage', payload)).toMatchObject({
      status: 400,
      description: `Bad Request: ${description}`,
    });
  });

  test('buttons at the limit pass, as JSON text too', async () => {
    const buttons = [
      { text: 'x', callback_data: 'ж'.repeat(32) },
      { text: 'site', url: 'https://example.com' },
    ];
    await sendText('x', { reply_markup: JSON.stringify({ inline_keyboard: [buttons] }) });
    expect(stand.simulator.log.messages[0]?.buttons).toEqual([
      [
        { text: 'x', data: 'ж'.repeat(32), url: null },
        { text: 'site', data: null, url: 'https://example.com' },
      ],
    ]);
  });

  describe('deletes', () => {
    test("within 48 hours, in private chats the customer's too", async () => {
      const theirs = stand.simulator.customer(7).write('mine').messageId;
      const ours = await sendText('ours');
      const late = await sendText('late');
      for (const message_id of [theirs, ours]) await stand.call('deleteMessage', { chat_id: 7, message_id });
      expect(stand.simulator.log.messages.map((sent) => sent.deleted)).toEqual([true, false]);
      expect((await stand.call('deleteMessage', { chat_id: 7, message_id: ours })).description).toBe(
        'Bad Request: message to delete not found',
      );
      stand.simulator.clock.advance(48 * HOUR_MS + 5_000);
      expect((await stand.call('deleteMessage', { chat_id: 7, message_id: late })).description).toBe(
        "Bad Request: message can't be deleted for everyone",
      );
    });

    test("several at once, passing over what is not there; a member's not", async () => {
      const ids = [await sendText('a'), await sendText('b')];
      expect(await stand.call('deleteMessages', { chat_id: 7, message_ids: [...ids, 999] })).toMatchObject({
        result: true,
      });
      expect(stand.simulator.log.messages.every((sent) => sent.deleted)).toBe(true);
      expect((await stand.call('deleteMessages', { chat_id: 7, message_ids: [] })).status).toBe(400);
      const { messageId } = stand.simulator.group(-5).write({ id: 1, firstName: 'A' }, 'hi');
      expect((await stand.call('deleteMessages', { chat_id: -5, message_ids: [messageId] })).description).toBe(
        "Bad Request: message can't be deleted",
      );
    });
  });
});
