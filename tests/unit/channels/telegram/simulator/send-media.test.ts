import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Telegram } from 'telegraf';
import { fieldsOf, form, png, useStand } from './stand.ts';

const MIB = 1_024 * 1_024;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('files a bot sends', () => {
  const stand = useStand();
  const telegram = (): Telegram => new Telegram(stand.simulator.token, { apiRoot: stand.simulator.url });

  test('telegraf uploads a photo; the log knows its bytes, and they can be fetched', async () => {
    stand.simulator.customer(7).write('hi');
    const bytes = png(400, 300);
    const message = await telegram().sendPhoto(7, { source: bytes, filename: 'chart.png' }, { caption: 'Your chart' });
    expect(message).toMatchObject({ caption: 'Your chart', photo: [{ width: 90 }, { width: 320 }, { width: 400 }] });
    const [sent] = stand.simulator.log.messages;
    expect(sent).toMatchObject({
      text: 'Your chart',
      media: { kind: 'photo', sizeBytes: bytes.length, sha256: sha256(bytes), mime: 'image/png', name: 'chart.png' },
    });
    const largest = message.photo.at(-1)?.file_id ?? '';
    const link = await telegram().getFileLink(largest);
    expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(bytes);
  });

  test('telegraf sends an album of uploads and known files; the customer sees one', async () => {
    const customer = stand.simulator.customer(7);
    customer.write('hi');
    const first = await telegram().sendPhoto(7, { source: png(50, 50) });
    const known = first.photo.at(-1)?.file_id ?? '';
    const album = await telegram().sendMediaGroup(7, [
      { type: 'photo', media: { source: png(60, 60) }, caption: 'two' },
      { type: 'photo', media: known },
    ]);
    expect(album).toHaveLength(2);
    const groups = album.map((message) => fieldsOf(message)['media_group_id']);
    expect(new Set(groups).size).toBe(1);
    expect(customer.received().slice(1)).toMatchObject([
      { text: 'two', mediaGroupId: groups[0], media: { kind: 'photo' } },
      { text: '', mediaGroupId: groups[0], media: { fileId: known } },
    ]);
    expect(stand.simulator.view(7).entries.at(-1)).toMatchObject({ by: 'bot', text: 'two', shows: ['photo', 'photo'] });
  });

  test.each([
    ['sendDocument', 'document'],
    ['sendVideo', 'video'],
    ['sendAudio', 'audio'],
    ['sendVoice', 'voice'],
    ['sendAnimation', 'animation'],
    ['sendSticker', 'sticker'],
    ['sendVideoNote', 'video_note'],
  ])('%s takes an upload, and its file_id again', async (method, kind) => {
    stand.simulator.customer(7).write('hi');
    const bytes = Buffer.from('some content');
    const first = await stand.done(method, form({ chat_id: '7', [kind]: { bytes, name: 'name.dat' } }));
    const media = fieldsOf(first[kind]);
    expect(media).toMatchObject({ file_size: bytes.length, file_unique_id: expect.any(String) });
    const again = await stand.done(method, { chat_id: 7, [kind]: media['file_id'] });
    expect(again[kind]).toEqual(media);
    expect(stand.simulator.log.messages.map((sent) => sent.media?.sha256)).toEqual([sha256(bytes), sha256(bytes)]);
    const wrong = kind === 'document' ? 'sendVideo' : 'sendDocument';
    const field = kind === 'document' ? 'video' : 'document';
    expect(await stand.call(wrong, { chat_id: 7, [field]: media['file_id'] })).toMatchObject({
      status: 400,
      description: expect.stringMatching(/can't use file of type \w+ as \w+/u),
    });
  });

  test('a file a customer sent can be sent on', async () => {
    stand.simulator.customer(7).send({ kind: 'photo' });
    const { photo } = await stand.last('message');
    const largest = fieldsOf(Array.isArray(photo) ? photo.at(-1) : null);
    const message = await stand.done('sendPhoto', { chat_id: 7, photo: largest['file_id'], caption: 'this?' });
    expect(message).toMatchObject({ photo, caption: 'this?' });
  });

  test('attach:// names another part of the form; bytes may hold what looks like a boundary', async () => {
    stand.simulator.customer(7).write('hi');
    const bytes = Buffer.from('\r\n--not the boundary\r\n\r\n--\r\n');
    const media = JSON.stringify([
      { type: 'document', media: 'attach://one' },
      { type: 'document', media: 'attach://two', caption: 'second' },
    ]);
    const payload = form({
      chat_id: '7',
      media,
      one: { bytes, name: 'один "1".bin' },
      two: { bytes: Buffer.from('2'), name: 'b' },
    });
    const { result } = await stand.call('sendMediaGroup', payload);
    expect(result).toMatchObject([{ document: { file_size: bytes.length } }, { caption: 'second' }]);
    expect(stand.simulator.log.messages[0]?.media?.sha256).toBe(sha256(bytes));
  });

  test.each([
    ['a long caption', { photo: 'x', caption: 'c'.repeat(1_025) }, 'Bad Request: message caption is too long'],
    ['no file', { caption: 'c' }, 'Bad Request: there is no photo in the request'],
    ['a missing part', { photo: 'attach://nothing' }, 'Bad Request: there is no photo in the request'],
    ['an unknown file_id', { photo: 'AgAC12345' }, 'Bad Request: wrong file identifier/HTTP URL specified'],
    ['an address', { photo: 'https://example.com/a.png' }, 'Bad Request: wrong file identifier/HTTP URL specified'],
    [
      'an entity beyond the caption',
      { photo: 'x', caption: 'abc', caption_entities: [{ type: 'bold', offset: 1, length: 3 }] },
      'Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 3',
    ],
  ])('%s is refused', async (_, payload, description) => {
    stand.simulator.customer(7).write('hi');
    expect(await stand.call('sendPhoto', { chat_id: 7, ...payload })).toMatchObject({ status: 400, description });
    expect(stand.simulator.log.messages).toEqual([]);
  });

  test.each([
    [png(9_000, 1_001), 'Bad Request: PHOTO_INVALID_DIMENSIONS'],
    [png(2_100, 100), 'Bad Request: PHOTO_INVALID_DIMENSIONS'],
    [Buffer.from('this is no picture at all, but some text'), 'Bad Request: IMAGE_PROCESS_FAILED'],
    [Buffer.alloc(0), 'Bad Request: file must be non-empty'],
    [png(100, 100, 10 * MIB), expect.stringMatching(/is too big for a photo; the maximum size is 10485760 bytes/u)],
  ])('a photo that is none is refused', async (bytes, description) => {
    stand.simulator.customer(7).write('hi');
    const answer = await stand.call('sendPhoto', form({ chat_id: '7', photo: { bytes, name: 'a.png' } }));
    expect(answer).toMatchObject({ status: 400, description });
  });

  test('photos at the limits pass', async () => {
    stand.simulator.customer(7).write('hi');
    for (const bytes of [png(9_000, 1_000), png(2_000, 100), png(1, 1)]) {
      const answer = await stand.call('sendPhoto', form({ chat_id: '7', photo: { bytes, name: 'a.png' } }));
      expect(answer.status).toBe(200);
    }
  });

  test('a large upload passes and is remembered by its digest; over 50 MB it is 413', async () => {
    stand.simulator.customer(7).write('hi');
    const bytes = Buffer.alloc(12 * MIB, 'parley');
    const sent = await stand.done('sendDocument', form({ chat_id: '7', document: { bytes, name: 'big.bin' } }));
    expect(stand.simulator.log.messages[0]?.media).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    const fileId = fieldsOf(sent['document'])['file_id'];
    expect((await stand.call('getFile', { file_id: fileId })).description).toContain('temporarily unavailable');
    const huge = form({ chat_id: '7', document: { bytes: Buffer.alloc(50 * MIB), name: 'huge.bin' } });
    expect(await stand.call('sendDocument', huge)).toMatchObject({
      status: 413,
      description: 'Request Entity Too Large',
    });
  });

  test.each([
    [[{ type: 'photo', media: 'a' }], 'too few messages'],
    [Array.from({ length: 11 }, () => ({ type: 'photo', media: 'a' })), 'too many messages'],
    [
      [
        { type: 'animation', media: 'a' },
        { type: 'photo', media: 'a' },
      ],
      'type of media is invalid',
    ],
    ['nonsense', 'expected an Array'],
  ])('an album that cannot be is refused', async (media, description) => {
    stand.simulator.customer(7).write('hi');
    expect(await stand.call('sendMediaGroup', { chat_id: 7, media })).toMatchObject({
      status: 400,
      description: expect.stringContaining(description),
    });
  });

  test('documents and audio are not mixed with others, and nothing of such an album arrives', async () => {
    stand.simulator.customer(7).write('hi');
    const media = JSON.stringify([
      { type: 'photo', media: 'attach://a' },
      { type: 'document', media: 'attach://b' },
    ]);
    const bytes = png(10, 10);
    const answer = await stand.call(
      'sendMediaGroup',
      form({ chat_id: '7', media, a: { bytes, name: 'a' }, b: { bytes, name: 'b' } }),
    );
    expect(answer).toMatchObject({
      status: 400,
      description: "Bad Request: Document can't be mixed with other media types",
    });
    expect(stand.simulator.log.messages).toEqual([]);
  });

  test.each([
    ['sendLocation', { latitude: 1, longitude: 2 }, { location: { latitude: 1, longitude: 2 } }],
    ['sendVenue', { latitude: 1, longitude: 2, title: 'T', address: 'A' }, { venue: { title: 'T' } }],
    ['sendContact', { phone_number: '+1', first_name: 'Ana' }, { contact: { phone_number: '+1' } }],
  ])('%s', async (method, payload, expected) => {
    stand.simulator.customer(7).write('hi');
    expect(await stand.done(method, { chat_id: 7, ...payload })).toMatchObject(expected);
    expect((await stand.call(method, { chat_id: 7 })).status).toBe(400);
  });
});

describe('files by address', () => {
  const stand = useStand({ takesFileUrls: true });

  test('are taken where the simulator allows it', async () => {
    stand.simulator.customer(7).write('hi');
    const message = await stand.done('sendDocument', { chat_id: 7, document: 'https://example.com/terms.pdf' });
    expect(message).toMatchObject({ document: { file_name: 'terms.pdf' } });
  });
});
