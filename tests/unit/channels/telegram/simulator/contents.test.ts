import { describe, expect, test } from '@jest/globals';
import type { Content } from '../../../../../channels/telegram/simulator/index.ts';
import { fieldsOf, useStand } from './stand.ts';

const file = { file_id: expect.any(String), file_unique_id: expect.any(String), file_size: expect.any(Number) };

describe('what a customer sends', () => {
  const stand = useStand();

  const contents: [Content, object][] = [
    [
      { kind: 'video', caption: 'look' },
      { caption: 'look', video: { ...file, width: 640, height: 360, duration: 12 } },
    ],
    [{ kind: 'voice' }, { voice: { ...file, duration: 4, mime_type: 'audio/ogg' } }],
    [{ kind: 'audio', title: 'Memo' }, { audio: { ...file, title: 'Memo' } }],
    [{ kind: 'video_note' }, { video_note: { ...file, length: 384 } }],
    [{ kind: 'sticker', format: 'animated' }, { sticker: { ...file, is_animated: true, is_video: false } }],
    [
      { kind: 'location', latitude: 1.5, longitude: 2.5, livePeriodSeconds: 60 },
      { location: { latitude: 1.5, longitude: 2.5, live_period: 60 } },
    ],
    [
      { kind: 'venue', latitude: 1, longitude: 2, title: 'Branch', address: 'Street 1' },
      { venue: { title: 'Branch', location: { latitude: 1 } }, location: { latitude: 1, longitude: 2 } },
    ],
    [
      { kind: 'contact', phoneNumber: '+1555', firstName: 'Ana' },
      { contact: { phone_number: '+1555', first_name: 'Ana' } },
    ],
    [{ kind: 'poll', question: 'OK?', options: ['a', 'b'] }, { poll: { options: [{ text: 'a' }, { text: 'b' }] } }],
    [{ kind: 'dice', value: 3 }, { dice: { emoji: '🎲', value: 3 } }],
    [{ kind: 'raw', fields: { hologram: { depth: 3 } } }, { hologram: { depth: 3 } }],
  ];
  test.each(contents.map(([content, expected]) => [content.kind, content, expected] as const))(
    '%s',
    async (_, content, expected) => {
      const { messageId, updateId } = stand.simulator.customer(7).send(content);
      const [update] = await stand.updates();
      expect(update).toMatchObject({
        update_id: updateId,
        message: { message_id: messageId, from: { id: 7 }, chat: { id: 7, type: 'private' }, ...expected },
      });
    },
  );

  test('a photo comes in several sizes, the largest last and as large as asked for', async () => {
    stand.simulator.customer(7).send({ kind: 'photo', width: 900, height: 600, file: { sizeBytes: 5_000 } });
    const { photo } = await stand.last('message');
    expect(photo).toMatchObject([
      { width: 90, height: 60 },
      { width: 320, height: 213 },
      { width: 800, height: 533 },
      { width: 900, height: 600, file_size: 5_000 },
    ]);
    const ids = Array.isArray(photo) ? photo.map((size) => fieldsOf(size)['file_id']) : [];
    expect(new Set(ids).size).toBe(4);
  });

  test('an animation is a document as well, with the same file', async () => {
    stand.simulator.customer(7).send({ kind: 'animation' });
    const { animation, document } = await stand.last('message');
    expect(fieldsOf(animation)['file_id']).toBe(fieldsOf(document)['file_id']);
  });

  test('a caption has its own entities, and none of a text', async () => {
    const captionEntities = [{ type: 'bold', offset: 0, length: 2 }];
    stand.simulator.customer(7).send({ kind: 'document', caption: '/x is no command', captionEntities });
    const message = await stand.last('message');
    expect(message).toMatchObject({ caption: '/x is no command', caption_entities: captionEntities });
    expect(message).not.toHaveProperty('entities');
    expect(message).not.toHaveProperty('text');
  });

  test('an album is several messages of one group, in one batch or spread over several', async () => {
    const customer = stand.simulator.customer(7);
    await customer.album([{ kind: 'photo', caption: 'both' }, { kind: 'photo' }]);
    const together = await stand.updates();
    expect(together).toMatchObject([{ message: { caption: 'both' } }, { message: {} }]);
    const groups = together.map((update) => fieldsOf(update['message'])['media_group_id']);
    expect(new Set(groups).size).toBe(1);
    expect(groups[0]).toEqual(expect.any(String));

    const spread = customer.album([{ kind: 'photo' }, { kind: 'video' }], { gapMs: 120 });
    const first = await stand.updates();
    expect(first).toHaveLength(1);
    expect(fieldsOf(first[0]?.['message'])['media_group_id']).not.toBe(groups[0]);
    await spread;
    expect(await stand.updates()).toHaveLength(1);
  });

  test('an answer shows what it answers, with quote, also when that was a file', async () => {
    const customer = stand.simulator.customer(7);
    const { messageId } = customer.send({ kind: 'photo', caption: 'mine' });
    customer.write('this', { replyTo: messageId, quote: { text: 'mi' } });
    expect(await stand.last('message')).toMatchObject({
      text: 'this',
      reply_to_message: { message_id: messageId, caption: 'mine', photo: expect.any(Array), from: { id: 7 } },
      quote: { text: 'mi', position: 0, is_manual: true },
    });
    customer.write('and that', { externalReply: { origin: { type: 'hidden_user' } } });
    expect(await stand.last('message')).toMatchObject({ external_reply: { origin: { type: 'hidden_user' } } });
  });

  test.each([
    [{ type: 'user', person: { id: 9, firstName: 'Bo' } } as const, { sender_user: { id: 9, first_name: 'Bo' } }],
    [{ type: 'hidden_user', name: 'Somebody' } as const, { sender_user_name: 'Somebody' }],
    [{ type: 'chat', chat: { id: -5, title: 'G' } } as const, { sender_chat: { id: -5, type: 'supergroup' } }],
    [{ type: 'channel', chat: { id: -6, title: 'C' }, messageId: 3 } as const, { chat: { id: -6 }, message_id: 3 }],
  ])('a message passed on tells of its origin: %j', async (forwardOf, expected) => {
    stand.simulator.customer(7).write('look at this', { forwardOf });
    const { forward_origin: origin } = await stand.last('message');
    expect(origin).toMatchObject({ type: forwardOf.type, date: expect.any(Number), ...expected });
  });

  test('changed texts, captions and files come as edits whose dates grow, topic and album staying', async () => {
    const customer = stand.simulator.customer(7);
    const photo = customer.send({ kind: 'photo', caption: 'a' }, { topicId: 5, mediaGroupId: '99' }).messageId;
    await stand.updates();
    customer.editCaption(photo, 'b');
    customer.editCaption(photo, '');
    customer.editContent(photo, { kind: 'document', caption: 'c' });
    const edits = (await stand.updates()).map((update) => fieldsOf(update['edited_message']));
    expect(edits.map((edit) => edit['caption'])).toEqual(['b', undefined, 'c']);
    expect(edits[0]).toMatchObject({ photo: expect.any(Array), media_group_id: '99', message_thread_id: 5 });
    expect(edits[2]).not.toHaveProperty('photo');
    const dates = edits.map((edit) => Number(edit['edit_date']));
    expect([...new Set(dates)].sort((one, other) => one - other)).toEqual(dates);
    expect(dates).toHaveLength(3);
    expect(() => customer.editCaption(99, 'x')).toThrow(/has no message 99/u);
  });

  test('a link that opens the chat carries its payload', async () => {
    stand.simulator.customer(7).start('kyc_42');
    expect(await stand.last('message')).toMatchObject({
      text: '/start kyc_42',
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
  });

  test('any update can be handed out', async () => {
    stand.simulator.push({ telepathy: { thought: 1 } });
    expect(await stand.last('telepathy')).toEqual({ thought: 1 });
  });
});
