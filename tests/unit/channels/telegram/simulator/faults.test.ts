import { describe, expect, test } from '@jest/globals';
import { form, png, useStand } from './stand.ts';

describe('trouble with files and albums', () => {
  const stand = useStand();
  const upload = (): FormData => form({ chat_id: '7', photo: { bytes: png(9, 9), name: 'a.png' } });
  const album = (): FormData => {
    const media = JSON.stringify(['a', 'b', 'c'].map((name) => ({ type: 'photo', media: `attach://${name}` })));
    const file = { bytes: png(9, 9), name: 'a.png' };
    return form({ chat_id: '7', media, a: file, b: file, c: file });
  };

  test('an upload whose answer is cut has arrived, and the log says that nobody knows', async () => {
    stand.simulator.customer(7).write('hi');
    stand.simulator.faults.add({ kind: 'drop_before', method: 'sendPhoto', times: 1 });
    await expect(stand.call('sendPhoto', upload())).rejects.toThrow();
    expect(stand.simulator.log.messages).toEqual([]);
    stand.simulator.faults.add({ kind: 'drop_after', method: 'sendPhoto', times: 1 });
    await expect(stand.call('sendPhoto', upload())).rejects.toThrow();
    expect(stand.simulator.log.messages).toMatchObject([{ media: { kind: 'photo' }, answered: false }]);
  });

  test('of an album with a lost answer no message is known, of the one before every', async () => {
    stand.simulator.customer(7).write('hi');
    await stand.call('sendMediaGroup', album());
    stand.simulator.faults.add({ kind: 'error_after', method: 'sendMediaGroup', status: 504, times: 1 });
    expect((await stand.call('sendMediaGroup', album())).status).toBe(504);
    const answered = stand.simulator.log.messages.map((message) => message.answered);
    expect([answered.slice(0, 3), answered.slice(3)]).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
  });

  test.each(['sendPhoto', 'sendMediaGroup', 'editMessageCaption', 'deleteMessages', 'setMessageReaction'])(
    'flood control and rate limits hold for %s',
    async (method) => {
      stand.simulator.customer(7).write('hi');
      stand.simulator.faults.add({ kind: 'rate_limited', method, retryAfterSeconds: 3, times: 1 });
      expect(await stand.call(method, { chat_id: 7 })).toMatchObject({ status: 429, parameters: { retry_after: 3 } });
      stand.simulator.setFloodLimits({ chatPerSecond: 1, burst: 1 });
      await stand.call(method, { chat_id: 7 });
      expect(await stand.call(method, { chat_id: 7 })).toMatchObject({ status: 429, parameters: { retry_after: 1 } });
    },
  );

  test('a form that is none is refused', async () => {
    const address = `${stand.simulator.url}/bot${stand.simulator.token}/sendPhoto`;
    const send = async (type: string, body: string): Promise<number> =>
      (await fetch(address, { method: 'POST', headers: { 'content-type': type }, body })).status;
    expect(await send('multipart/form-data', 'x')).toBe(400);
    expect(await send('multipart/form-data; boundary=b', '--b\r\nno end')).toBe(400);
    expect(await send('multipart/form-data; boundary=b', '--b\r\ncontent-type: x\r\n\r\nno name\r\n--b--')).toBe(400);
  });
});
