import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { telegramConfig } from '../../../../channels/telegram/config.ts';
import { createTelegramAccount } from '../../../../channels/telegram/index.ts';
import { sendToTelegram } from '../../../../channels/telegram/send.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../../../channels/telegram/simulator/index.ts';
import { FileLost } from '../../../../src/core/errors.ts';
import { systemClock } from '../../../../src/core/ids-and-time.ts';
import type { ChannelAccount, FileSource, SendRequest } from '../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../kit/channels/memory-records.ts';
import { eventually } from '../../../kit/eventually.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

const ANA = { id: 7, firstName: 'Ana' };
const PIECE = Buffer.alloc(64 * 1024, 1);
const signal = new AbortController().signal;

let simulator: TelegramSimulator;
let account: ChannelAccount | null = null;
beforeEach(async () => {
  simulator = createTelegramSimulator();
  await simulator.start();
});
afterEach(async () => {
  await account?.close();
  account = null;
  await simulator.stop();
});

function accountWith(files: FileSource): ChannelAccount {
  const config = telegramConfig.parse({
    id: 'tg',
    channel: 'telegram',
    token: simulator.token,
    apiRoot: simulator.url,
  });
  const deps = { log: quietLog(), clock: systemClock, files, records: memoryRecords(), onState: () => undefined };
  account = createTelegramAccount(config, deps);
  return account;
}

const noFiles: FileSource = {
  open: () => {
    throw new Error('no file is asked for');
  },
  put: () => Promise.reject(new Error('no file is kept')),
};

function request(action: SendRequest['action'], threadKey: string, rest: Partial<SendRequest>): SendRequest {
  return { action, threadKey, part: {}, madeAtMs: Date.now(), idempotencyKey: 'k', ...rest };
}

test('a message that Telegram will send later has no id yet', async () => {
  const api = { call: () => Promise.resolve({ message_id: 0 }), close: () => undefined };
  const outcome = await sendToTelegram(api, noFiles, request('send', '7', { part: { text: 'hi' } }), signal);
  expect(outcome).toEqual({ kind: 'sent', externalId: null });
});

describe('after a press', () => {
  test('what answers it among others is sent, though nothing can point at a press', async () => {
    simulator.customer(ANA.id).write('hello');
    const on = accountWith(noFiles);
    const answer = request('send', '7', { part: { text: 'a person comes' }, replyToExternalId: 'callback:4711' });
    expect(await on.send(answer, signal)).toMatchObject({ kind: 'sent', externalId: '7:2' });
    expect(simulator.view(7).entries.map(({ text }) => text)).toEqual(['hello', 'a person comes']);
  });

  test('a reaction to it is refused with the reason', async () => {
    const on = accountWith(noFiles);
    const react = request('react', '7', { targetExternalId: 'callback:4711', part: { text: '👍' } });
    expect(await on.send(react, signal)).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('press') });
  });
});

describe('in the chats of a business', () => {
  test('a message is taken back there, and the one of the same number in our own chat stays', async () => {
    const business = simulator.business({ id: 90, firstName: 'Olga' }, { id: 'bC_1' });
    business.connect();
    business.write(ANA, 'to the shop');
    simulator.customer(ANA.id).write('to the bot');
    const on = accountWith(noFiles);
    const [there, here] = ['7/bbC_1', '7'];
    const sent = await on.send(request('send', there, { part: { text: 'shop' } }), signal);
    const own = await on.send(request('send', here, { part: { text: 'bot' } }), signal);
    expect(sent).toMatchObject({ kind: 'sent', externalId: '7:2:bC_1' });
    expect(own).toMatchObject({ kind: 'sent', externalId: '7:2' });
    expect(await on.send(request('delete', there, { targetExternalId: '7:2:bC_1' }), signal)).toMatchObject({
      kind: 'sent',
    });
    expect(business.received(ANA).filter(({ deleted }) => !deleted)).toEqual([]);
    expect(simulator.view(7).entries.map(({ text }) => text)).toEqual(['to the bot', 'bot']);
  });

  test('a reaction is refused with the reason, and none is put on another message', async () => {
    const business = simulator.business({ id: 90, firstName: 'Olga' }, { id: 'bC_1' });
    business.connect();
    business.write(ANA, 'to the shop');
    simulator.customer(ANA.id).write('to the bot');
    const on = accountWith(noFiles);
    const react = request('react', '7/bbC_1', { targetExternalId: '7:1:bC_1', part: { text: '👍' } });
    expect(await on.send(react, signal)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('business'),
    });
    expect(simulator.log.calls.filter(({ method }) => method === 'setMessageReaction')).toEqual([]);
  });
});

describe('files on their way', () => {
  const media = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'document',
      blobId: String(index),
      fileName: `${index}.bin`,
      mime: null,
      sizeBytes: 4 * PIECE.length,
      width: null,
      height: null,
      durationMs: null,
    }));

  /** Files of four pieces; tells which were opened and are still open. */
  const lost = new FileLost('the file was changed');
  const passing = Object.assign(new Error('too many open files'), { code: 'EMFILE' });

  function watched(broken: (blobId: string, piece: number) => boolean, why: Error = lost) {
    const open = new Set<string>();
    const files: FileSource = {
      put: noFiles.put,
      async *open(blobId) {
        open.add(blobId);
        try {
          for (let piece = 0; piece < 4; piece += 1) {
            if (broken(blobId, piece)) throw why;
            yield await Promise.resolve(PIECE);
          }
        } finally {
          open.delete(blobId);
        }
      },
    };
    return { open, files };
  }

  test.each([
    ['one', 1],
    ['of an album', 2],
  ])('a file that does not open in its middle fails its part and nothing else: %s', async (_, count) => {
    simulator.customer(7).write('hello');
    const { open, files } = watched((blobId, piece) => blobId === '0' && piece === 2);
    const sent = accountWith(files).send(request('send', '7', { part: { text: '', media: media(count) } }), signal);
    expect(await sent).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('file') });
    await eventually(() => expect([...open]).toEqual([]));
    expect(simulator.view(7).entries.filter(({ by }) => by === 'bot')).toEqual([]);
  });

  test.each([0, 2])('a storage that is away at piece %i fails nothing for good', async (at) => {
    simulator.customer(7).write('hello');
    const { open, files } = watched((_, piece) => piece === at, passing);
    const sent = accountWith(files).send(request('send', '7', { part: { text: '', media: media(1) } }), signal);
    expect(await sent).toEqual({ kind: 'transient', reason: 'the storage of files is away (EMFILE)' });
    await eventually(() => expect([...open]).toEqual([]));
    expect(simulator.view(7).entries.filter(({ by }) => by === 'bot')).toEqual([]);
  });

  test('a file of an album that is gone leaves the others closed', async () => {
    simulator.customer(7).write('hello');
    const { open, files } = watched((blobId, piece) => blobId === '2' && piece === 0);
    const sent = accountWith(files).send(request('send', '7', { part: { text: '', media: media(3) } }), signal);
    expect(await sent).toMatchObject({ kind: 'invalid' });
    await eventually(() => expect([...open]).toEqual([]));
  });

  test('a platform that is not there leaves no file open', async () => {
    const { open, files } = watched(() => false);
    const on = accountWith(files);
    await simulator.stop();
    const outcome = await on.send(request('send', '7', { part: { text: '', media: media(2) } }), signal);
    expect(outcome).toMatchObject({ kind: 'transient' });
    await eventually(() => expect([...open]).toEqual([]));
  });
});
