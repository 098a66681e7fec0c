import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { SHARDS, type Stand } from './stand.ts';

/** A handler that stays in a wake until told to go on. */
function gate(): { handle: (shard: number) => Promise<void>; runs: number[]; open: () => void } {
  const runs: number[] = [];
  let release: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    handle: async (shard) => {
      runs.push(shard);
      await opened;
    },
    runs,
    open: () => release(),
  };
}

function recorder(): { handle: (shard: number) => Promise<void>; runs: number[] } {
  const runs: number[] = [];
  return {
    handle: (shard) => {
      runs.push(shard);
      return Promise.resolve();
    },
    runs,
  };
}

/** What every wake queue promises, on a real server. */
export function wakeQueueContract(name: string, start: () => Promise<Stand>): void {
  describe(`the wake queue on ${name}`, () => {
    let stand: Stand;
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => {
      unhandled.push(error);
    };
    beforeAll(async () => {
      process.on('unhandledRejection', onUnhandled);
      stand = await start();
    });
    afterEach(async () => {
      await stand.clear();
      expect(unhandled).toEqual([]);
    });
    afterAll(async () => {
      await stand.close();
      process.off('unhandledRejection', onUnhandled);
    });

    async function ready(queue: { healthy(): boolean }): Promise<void> {
      await eventually(() => queue.healthy());
    }

    test('handles a wake of each shard', async () => {
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      for (let shard = 0; shard < SHARDS; shard += 1) queue.wake(shard);
      await eventually(() => expect(new Set(runs).size).toBe(SHARDS));
    });

    test('a wake is for now: it is handled within a second', async () => {
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      queue.wake(0);
      await eventually(() => expect(runs).toEqual([0]));
      queue.wake(1);
      await eventually(() => expect(runs).toEqual([0, 1]), 1_500);
    });

    test('a wake while its shard is being handled is not lost, and is handled after, never beside', async () => {
      const queue = stand.queue();
      const held = gate();
      await queue.listen(held.handle);
      queue.wake(3);
      await eventually(() => expect(held.runs).toEqual([3]));
      for (let i = 0; i < 20; i += 1) queue.wake(3);
      // A wake of another shard, sent later, is handled: so the twenty have reached the server by now.
      queue.wake(4);
      await eventually(() => expect(held.runs).toContain(4));
      expect(held.runs.filter((shard) => shard === 3)).toEqual([3]);
      held.open();
      await eventually(() => expect(held.runs.filter((shard) => shard === 3).length).toBeGreaterThan(1));
    });

    test('a thousand wakes of one shard cost a few runs', async () => {
      const queue = stand.queue();
      await ready(queue);
      const held = gate();
      await queue.listen(held.handle);
      for (let i = 0; i < 1000; i += 1) queue.wake(5);
      await eventually(() => expect(held.runs).toEqual([5]));
      held.open();
      queue.wake(6);
      await eventually(() => expect(held.runs).toContain(6));
      queue.wake(7);
      await eventually(() => expect(held.runs).toContain(7));
      expect(held.runs.filter((shard) => shard === 5).length).toBeLessThanOrEqual(3);
    });

    test('a shard is never handled twice at once, however many workers there are', async () => {
      const queues = [stand.queue(), stand.queue(), stand.queue()];
      const inside = new Map<number, number>();
      let most = 0;
      let runs = 0;
      const handle = async (shard: number): Promise<void> => {
        const now = (inside.get(shard) ?? 0) + 1;
        inside.set(shard, now);
        most = Math.max(most, now);
        runs += 1;
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        inside.set(shard, now - 1);
      };
      for (const queue of queues) await queue.listen(handle);
      let sent = 0;
      await eventually(
        () => {
          for (const queue of queues) queue.wake(sent % 2);
          sent += 1;
          expect(runs).toBeGreaterThan(50);
        },
        20_000,
        2,
      );
      expect(most).toBe(1);
    });

    test('a handler that throws does not stop the queue', async () => {
      const queue = stand.queue();
      const runs: number[] = [];
      await queue.listen((shard) => {
        runs.push(shard);
        return shard === 1 ? Promise.reject(new Error('planted')) : Promise.resolve();
      });
      queue.wake(1);
      await eventually(() => expect(runs).toEqual([1]));
      queue.wake(2);
      await eventually(() => expect(runs).toEqual([1, 2]));
      queue.wake(1);
      await eventually(() => expect(runs).toEqual([1, 2, 1]));
      expect(queue.log.lines.some((line) => line.level === 'error')).toBe(true);
    });

    test('wakes while the server is away return at once and are handled when it is back', async () => {
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      queue.wake(0);
      await eventually(() => expect(runs).toEqual([0]));
      await stand.kill();
      const beganMs = performance.now();
      for (let i = 0; i < 10_000; i += 1) queue.wake(i % SHARDS);
      expect(performance.now() - beganMs).toBeLessThan(500);
      await eventually(() => !queue.healthy());
      await stand.revive();
      await eventually(() => expect(new Set(runs).size).toBe(SHARDS), 10_000);
      await ready(queue);
    }, 40_000);

    test('begins although the server is away at the start', async () => {
      await stand.kill();
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      queue.wake(7);
      expect(queue.healthy()).toBe(false);
      await stand.revive();
      await eventually(() => expect(runs).toContain(7), 10_000);
    }, 40_000);

    test('goes on after everything stored is thrown away, also in the middle of handling', async () => {
      const queue = stand.queue();
      const held = gate();
      await queue.listen(held.handle);
      queue.wake(8);
      await eventually(() => expect(held.runs).toEqual([8]));
      await stand.wipe();
      held.open();
      await eventually(
        () => {
          queue.wake(8);
          queue.wake(9);
          expect(held.runs.slice(1)).toEqual(expect.arrayContaining([8, 9]));
        },
        10_000,
        50,
      );
    });

    test('frees a mailbox whose key was left behind', async () => {
      const idle = stand.queue();
      await ready(idle);
      idle.wake(0);
      // Nobody listens: the wake is stored, with its key.
      await eventually(
        async () => {
          await stand.orphan();
          return idle.log.lines.some((line) => line.message.startsWith('freed a mailbox'));
        },
        20_000,
        100,
      );
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      await eventually(
        () => {
          queue.wake(0);
          expect(runs).toContain(0);
        },
        10_000,
        100,
      );
    }, 40_000);

    test('rebuild leaves one wake of each shard', async () => {
      const producer = stand.queue();
      await ready(producer);
      for (let i = 0; i < 3; i += 1) producer.wake(i);
      await producer.rebuild();
      const queue = stand.queue();
      const { handle, runs } = recorder();
      await queue.listen(handle);
      await eventually(() => expect(new Set(runs).size).toBe(SHARDS));
      expect(runs.length).toBeLessThanOrEqual(SHARDS + 3);
    });

    test('rebuild says so when the server is away', async () => {
      const queue = stand.queue();
      await ready(queue);
      await stand.kill();
      await expect(queue.rebuild()).rejects.toThrow('does not answer');
      await stand.revive();
    }, 40_000);

    test('close waits for what is being handled, and takes no more', async () => {
      const queue = stand.queue();
      const held = gate();
      let ended = false;
      await queue.listen(async (shard) => {
        await held.handle(shard);
        ended = true;
      });
      queue.wake(1);
      await eventually(() => expect(held.runs).toEqual([1]));
      const closing = queue.close();
      queue.wake(2);
      held.open();
      await closing;
      expect(ended).toBe(true);
      const later = stand.queue();
      const { handle, runs } = recorder();
      await later.listen(handle);
      later.wake(3);
      await eventually(() => expect(runs).toContain(3));
      expect(held.runs).toEqual([1]);
      expect(runs).not.toContain(2);
    });

    test('close ends within seconds although a handler hangs or the server is away', async () => {
      const hanging = stand.queue();
      const held = gate();
      await hanging.listen(held.handle);
      hanging.wake(1);
      await eventually(() => expect(held.runs).toEqual([1]));
      let beganMs = performance.now();
      await hanging.close();
      expect(performance.now() - beganMs).toBeLessThan(8000);
      held.open();
      const away = stand.queue();
      await away.listen(() => Promise.resolve());
      await ready(away);
      await stand.kill();
      beganMs = performance.now();
      await away.close();
      expect(performance.now() - beganMs).toBeLessThan(8000);
      await stand.revive();
    }, 40_000);
  });
}
