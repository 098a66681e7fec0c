import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { PHONE_THINGS } from '../../../src/sandbox/contract.ts';
import { createPhones, type Phones } from '../../../src/sandbox/phones.ts';
import { eventually } from '../../kit/eventually.ts';

let simulator: TelegramSimulator;
let phones: Phones;
let changes: number;

beforeEach(async () => {
  changes = 0;
  simulator = createTelegramSimulator();
  await simulator.start();
  phones = createPhones({
    simulator,
    kept: [],
    begun: [],
    onChange: () => {
      changes += 1;
    },
  });
});
afterEach(async () => {
  phones.close();
  await simulator.stop();
});

/** A call of the bot's, as the gateway makes it. */
async function call(method: string, body: object): Promise<{ result: { message_id: number } }> {
  const response = await fetch(`${simulator.url}/bot${simulator.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { ok: boolean; result: { message_id: number } };
  expect(answer.ok).toBe(true);
  return answer;
}
const messages = () => phones.list()[0]?.messages ?? [];

test('a phone sends one of everything, and shows it', async () => {
  for (const thing of PHONE_THINGS) await phones.send(1001, thing);
  const shown = messages().map(({ things, album }) => [things.map(({ kind }) => kind).join(), album !== null]);
  expect(shown).toEqual([
    ['photo', false],
    ['photo', true],
    ['photo', true],
    ['photo', true],
    ['document', false],
    ['voice', false],
    ['location', false],
    ['sticker', false],
  ]);
  const [photo, , , , document, voice] = messages();
  expect(document?.things).toEqual([{ kind: 'document', name: 'statement.pdf', picture: false }]);
  const picture = phones.picture(1001, photo?.id ?? 0);
  expect([picture.mime, picture.bytes.subarray(0, 2).toString('hex')]).toEqual(['image/jpeg', 'ffd8']);
  expect(() => phones.picture(1001, voice?.id ?? 0)).toThrow('shows no picture');
});

test('what the desk sends shows its buttons, and a press goes back', async () => {
  phones.say(1001, 'hello');
  const keyboard = [[{ text: 'Yes', callback_data: 'y' }], [{ text: 'No', callback_data: 'n' }]];
  const { result } = await call('sendMessage', {
    chat_id: 1001,
    text: 'Sure?',
    reply_markup: { inline_keyboard: keyboard },
    reply_parameters: { message_id: messages()[0]?.id },
  });
  expect(messages()[1]).toMatchObject({ buttons: [['Yes'], ['No']], repliesTo: messages()[0]?.id });
  phones.press(1001, result.message_id, 'No');
  expect(simulator.log.updates.at(-1)?.kind).toBe('callback_query');
  expect(() => phones.press(1001, result.message_id, 'Perhaps')).toThrow('has no such button');
});

test('reactions of both sides are shown, and changes and deletions are told of', async () => {
  phones.say(1001, 'hello');
  const { result } = await call('sendMessage', { chat_id: 1001, text: 'good morning' });
  phones.react(1001, result.message_id, '👍');
  expect(messages()[1]?.reactions).toEqual(['👍']);
  phones.react(1001, result.message_id, null);
  expect(messages()[1]?.reactions).toEqual([]);
  expect(() => phones.react(1001, 999, '👍')).toThrow('no message 999');

  for (const [method, body] of [
    ['setMessageReaction', { message_id: messages()[0]?.id, reaction: [{ type: 'emoji', emoji: '❤' }] }],
    ['editMessageText', { message_id: result.message_id, text: 'good evening' }],
    ['deleteMessage', { message_id: result.message_id }],
  ] as const) {
    const before = changes;
    await call(method, { chat_id: 1001, ...body });
    await eventually(() => changes > before);
  }
  expect(messages()[0]?.reactions).toEqual(['❤']);
  expect(messages()[1]).toMatchObject({ deleted: true, text: 'good evening' });
});
