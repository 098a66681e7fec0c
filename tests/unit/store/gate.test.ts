import { describe, expect, test } from '@jest/globals';
import { createGate } from '../../../src/store/hot/gate.ts';

describe('gate', () => {
  test('lets in what there is room for; the rest follow in line, one for each that leaves', async () => {
    const gate = createGate(2);
    const entered: number[] = [];
    const ways = [0, 1, 2, 3].map((number) =>
      gate.enter().then((leave) => {
        entered.push(number);
        return leave;
      }),
    );
    await Promise.all(ways.slice(0, 2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toEqual([0, 1]);
    (await ways[0])?.();
    (await ways[2])?.();
    await ways[3];
    expect(entered).toEqual([0, 1, 2, 3]);
  });

  test('is empty again when all have left', async () => {
    const gate = createGate(1);
    for (let round = 0; round < 3; round += 1) (await gate.enter())();
    const leave = await gate.enter();
    leave();
    expect(leave).toBeInstanceOf(Function);
  });
});
