import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { IngestRefused, ItemRejected, StoreUnavailable } from '../../../src/core/errors.ts';
import { asStoreError, createGroupCommit, type GroupCommitOptions } from '../../../src/store/hot/group-commit.ts';

interface Item {
  lane: number;
  group: string;
  n: number;
}

const sqlError = (code: string): Error => Object.assign(new Error(`SQLSTATE ${code}`), { code });
const item = (n: number, lane = 0, group = 'a'): Item => ({ lane, group, n });
const tick = (): Promise<void> => new Promise((done) => setImmediate(done));

/** A group commit over a pretended database that remembers its batches. */
function stand(
  run: (items: readonly Item[], call: number) => Promise<number[]> | number[] = (items) => items.map(({ n }) => n),
  options: Partial<GroupCommitOptions<Item, number>> = {},
) {
  const batches: number[][] = [];
  const commit = createGroupCommit<Item, number>({
    lanes: 2,
    laneOf: ({ lane }) => lane,
    groupOf: ({ group }) => group,
    maxItems: 100,
    run: async (items) => {
      batches.push(items.map(({ n }) => n));
      return run(items, batches.length);
    },
    ...options,
  });
  return { commit, batches };
}

/** Holds batches until they are let go. */
function gate() {
  let open: () => void = () => undefined;
  const shut = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { shut, open: () => open() };
}

describe('batches', () => {
  test('an idle lane runs an item at once; what arrives meanwhile forms the next batch', async () => {
    const { shut, open } = gate();
    const { commit, batches } = stand(async (items) => {
      await shut;
      return items.map(({ n }) => n);
    });
    const first = commit.submit(item(1));
    await tick();
    const rest = [2, 3, 4].map((n) => commit.submit(item(n)));
    await tick();
    expect(batches).toEqual([[1]]);
    open();
    expect(await Promise.all([first, ...rest])).toEqual([1, 2, 3, 4]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  test('items of one lane are stored in order, and each gets its own answer', async () => {
    const items = fc.array(fc.record({ lane: fc.nat(3), pause: fc.boolean() }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 7 }), async (list, maxItems) => {
        const stored: Item[] = [];
        const { commit } = stand(
          async (batch) => {
            await tick();
            stored.push(...batch);
            return batch.map(({ n }) => n * 10);
          },
          { lanes: 4, maxItems },
        );
        const answers: Promise<number>[] = [];
        for (const [n, { lane, pause }] of list.entries()) {
          answers.push(commit.submit(item(n, lane)));
          if (pause) await tick();
        }
        expect(await Promise.all(answers)).toEqual(list.map((_, n) => n * 10));
        for (const lane of [0, 1, 2, 3]) {
          const order = stored.filter((one) => one.lane === lane).map(({ n }) => n);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
        expect(commit.waiting()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('one busy group takes no more than its share while others wait', async () => {
    const { shut, open } = gate();
    const groups: string[][] = [];
    const { commit } = stand(
      async (items) => {
        groups.push(items.map(({ group }) => group));
        await shut;
        return items.map(({ n }) => n);
      },
      { maxItems: 10 },
    );
    const all = [commit.submit(item(0))];
    await tick();
    for (let n = 0; n < 50; n += 1) all.push(commit.submit(item(n, 0, 'busy')));
    for (const group of ['b', 'c', 'd']) all.push(commit.submit(item(1, 0, group)));
    open();
    await Promise.all(all);
    expect(new Set(groups[1])).toEqual(new Set(['busy', 'b', 'c', 'd']));
    expect(groups.every((batch) => batch.length <= 10)).toBe(true);
  });

  test('a batch stays under its bytes, but a single item always goes', async () => {
    const { commit, batches } = stand(undefined, { bytesOf: ({ n }) => n, maxBytes: 100 });
    await Promise.all([60, 30, 20, 500, 1].map((n) => commit.submit(item(n))));
    expect(batches.flat()).toEqual([60, 30, 20, 500, 1]);
    for (const batch of batches) {
      const sum = batch.reduce((total, n) => total + n, 0);
      expect(batch.length === 1 || sum <= 100).toBe(true);
    }
  });
});

describe('what the database refuses', () => {
  test('halving isolates exactly the culprits: all others are stored, once each', async () => {
    const culprits = fc.uniqueArray(fc.nat(39), { maxLength: 6 });
    const code = fc.constantFrom('22021', '23505', '54000', 'P0001', 'PA001');
    await fc.assert(
      fc.asyncProperty(culprits, code, async (bad, state) => {
        const stored: number[] = [];
        const refused: number[] = [];
        const { commit } = stand(
          (items) => {
            if (items.some(({ n }) => bad.includes(n))) throw sqlError(state);
            stored.push(...items.map(({ n }) => n));
            return items.map(({ n }) => n);
          },
          {
            onRejected: ({ n }, error) => {
              expect(error).toBeInstanceOf(ItemRejected);
              expect(error.sqlState).toBe(state);
              refused.push(n);
              return Promise.resolve(-1);
            },
          },
        );
        const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => commit.submit(item(n))));
        expect(answers).toEqual(answers.map((_, n) => (bad.includes(n) ? -1 : n)));
        expect(refused.toSorted((a, b) => a - b)).toEqual(bad.toSorted((a, b) => a - b));
        expect(stored).toEqual(Array.from({ length: 40 }, (_, n) => n).filter((n) => !bad.includes(n)));
      }),
      { numRuns: 60 },
    );
  });

  test('without a place to park it the culprit is told, the others are not', async () => {
    const { commit } = stand((items) => {
      if (items.some(({ n }) => n === 1)) throw sqlError('23514');
      return items.map(({ n }) => n);
    });
    const answers = await Promise.allSettled([0, 1, 2].map((n) => commit.submit(item(n))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { name: 'ItemRejected', sqlState: '23514' } });
  });

  test('when parking finds the server away, nothing counts as stored', async () => {
    const { commit } = stand(
      () => {
        throw sqlError('22P02');
      },
      { onRejected: () => Promise.reject(new Error('connection reset')) },
    );
    await expect(commit.submit(item(1))).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('repeats', () => {
  test.each(['40P01', '40001', '55P03'])('%s repeats the batch, whole and in order', async (state) => {
    const { commit, batches } = stand((items, call) => {
      if (call <= 5) throw sqlError(state);
      return items.map(({ n }) => n);
    });
    expect(await Promise.all([1, 2].map((n) => commit.submit(item(n))))).toEqual([1, 2]);
    expect(batches).toEqual(Array.from({ length: 6 }, () => [1, 2]));
  });

  test.each(['40P01', '40001'])('%s is repeated at most five times', async (state) => {
    const { commit, batches } = stand(() => {
      throw sqlError(state);
    });
    await expect(commit.submit(item(1))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(batches).toHaveLength(6);
    expect(commit.waiting()).toBe(0);
  });

  test('any other error is not repeated', async () => {
    const { commit, batches } = stand(() => {
      throw sqlError('42883');
    });
    await expect(commit.submit(item(1))).rejects.toMatchObject({ code: '42883' });
    expect(batches).toHaveLength(1);
  });
});

describe('trouble', () => {
  test.each([
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a shutdown', sqlError('57P01')],
    ['too many connections', sqlError('53300')],
    ['a protocol error', sqlError('08006')],
    ['a full disk', sqlError('53100')],
  ])('%s rejects every item with StoreUnavailable and the lane goes on', async (_name, error) => {
    const { commit } = stand((items, call) => {
      if (call === 1) throw error;
      return items.map(({ n }) => n);
    });
    const answers = await Promise.allSettled([1, 2].map((n) => commit.submit(item(n))));
    for (const answer of answers) {
      expect(answer.status === 'rejected' && answer.reason instanceof StoreUnavailable).toBe(true);
    }
    expect(await commit.submit(item(3))).toBe(3);
  });

  test('an answer with too few or too many results is an error, never a guess', async () => {
    for (const results of [[], [1], [1, 2, 3]]) {
      const { commit } = stand(() => results);
      const answers = await Promise.allSettled([1, 2].map((n) => commit.submit(item(n))));
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
  });

  test('errors of statements keep their kind', () => {
    const error = sqlError('42601');
    expect(asStoreError(error)).toBe(error);
    expect(asStoreError('x')).toBeInstanceOf(StoreUnavailable);
  });
});

describe('bounds', () => {
  test('beyond the number or the bytes that may wait, an item is refused and counts nowhere', async () => {
    const { shut, open } = gate();
    const held = (options: Partial<GroupCommitOptions<Item, number>>) =>
      stand(async (items) => {
        await shut;
        return items.map(({ n }) => n);
      }, options).commit;
    const byCount = held({ maxWaiting: 3 });
    const byBytes = held({ bytesOf: ({ n }) => n, maxWaitingBytes: 100 });
    const taken = [1, 2, 3].map((n) => byCount.submit(item(n)));
    taken.push(byBytes.submit(item(60)), byBytes.submit(item(40)));
    const refused = await Promise.allSettled([byCount.submit(item(4)), byBytes.submit(item(1))]);
    for (const answer of refused) {
      expect(answer.status === 'rejected' && answer.reason instanceof IngestRefused).toBe(true);
    }
    expect([byCount.waiting(), byBytes.waiting()]).toEqual([3, 2]);
    open();
    await Promise.all(taken);
    expect([byCount.waiting(), byBytes.waiting()]).toEqual([0, 0]);
    expect(await byCount.submit(item(5))).toBe(5);
    expect(await byBytes.submit(item(100))).toBe(100);
  });

  test('idle resolves when the last item is answered, not before', async () => {
    const { shut, open } = gate();
    const { commit } = stand(async (items) => {
      await shut;
      return items.map(({ n }) => n);
    });
    await commit.idle();
    const answered = commit.submit(item(1));
    const idle = jest.fn();
    const whenIdle = commit.idle().then(idle);
    await tick();
    expect(idle).not.toHaveBeenCalled();
    open();
    await answered;
    await whenIdle;
    expect(idle).toHaveBeenCalledTimes(1);
  });

  test('a negative lane is refused', async () => {
    const { commit } = stand();
    await expect(commit.submit(item(1, -1))).rejects.toBeInstanceOf(RangeError);
    expect(commit.waiting()).toBe(0);
  });
});
