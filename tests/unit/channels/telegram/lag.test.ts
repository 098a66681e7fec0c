import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lagOf, newestMs } from '../../../../channels/telegram/transport/lag.ts';

const NOW_MS = 1_800_000_000_000;
const written = (agoSeconds: number, id = 1): object => ({
  update_id: id,
  message: { message_id: id, date: NOW_MS / 1_000 - agoSeconds },
});
const batchOf = (count: number, agoSeconds: number): object[] =>
  Array.from({ length: count }, (_, index) => written(agoSeconds, index));

describe('how late a batch is', () => {
  test('what was written a moment ago is in time, a full batch too', () => {
    expect(lagOf([written(3)], NOW_MS)).toBeNull();
    expect(lagOf(batchOf(100, 3), NOW_MS)).toBeNull();
    expect(lagOf([], NOW_MS)).toBeNull();
  });

  test('what is over a minute old is late; when more waits, ten seconds are enough', () => {
    expect(lagOf([written(61)], NOW_MS)).toMatchObject({ state: 'lagging', code: 'late', behindMs: 61_000 });
    expect(lagOf(batchOf(99, 30), NOW_MS)).toBeNull();
    expect(lagOf(batchOf(100, 30), NOW_MS)).toMatchObject({
      code: 'behind',
      behindMs: 30_000,
      message: expect.stringContaining('more wait at Telegram'),
    });
  });

  test('the newest of a batch counts, and of an edited message the edit', () => {
    expect(newestMs([written(7_200, 1), written(5, 2), written(3_600, 3)])).toBe(NOW_MS - 5_000);
    const date = NOW_MS / 1_000 - 90_000;
    expect(newestMs([{ update_id: 1, edited_message: { date, edit_date: NOW_MS / 1_000 - 2 } }])).toBe(NOW_MS - 2_000);
  });

  test('a press on the button of an old message is not old', () => {
    const press = { update_id: 1, callback_query: { id: '1', message: { message_id: 1, date: 1 }, data: 'x' } };
    expect(newestMs([press])).toBeNull();
    expect(lagOf([press], NOW_MS)).toBeNull();
  });

  test('whatever comes, it never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { maxLength: 100 }), (batch) => {
        expect(['lagging', undefined]).toContain(lagOf(batch, NOW_MS)?.state);
      }),
    );
  });
});
