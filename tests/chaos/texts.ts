import { setTimeout as sleep } from 'node:timers/promises';
import type { Customer } from '../../channels/telegram/simulator/index.ts';
import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** Customers who write plain texts, each of its own words. */
export interface Texts {
  /** What was written, for the invariants. */
  readonly traffic: Traffic;
  /** Texts written so far. */
  count(): number;
  /** Different answers that came so far. */
  answered(): number;
  /** Writes these many at once, over the chats in turn. */
  write(texts: number): void;
  /** Writes these many a second until told to stop, however long answers take. */
  keepWriting(perSecond: number): { stop(): Promise<void> };
}

/** Between two looks at how much is to be written, ms. */
const TICK_MS = 20;

/** Makes the customers, as many for each of the bots (their tokens). */
export function startTexts(world: World, bots: readonly string[], chatsEach: number): Texts {
  const customers: Customer[] = bots.flatMap((bot, side) =>
    Array.from({ length: chatsEach }, (_, index) =>
      world.simulator.customer(1_000_000 * (side + 1) + index, { firstName: `C${index}`, bot }),
    ),
  );
  const written: Traffic['written'] = new Map();
  const answers = new Set<string>();
  world.simulator.log.onMessage(({ text }) => void answers.add(text));
  let count = 0;

  function write(texts: number): void {
    for (let left = texts; left > 0; left -= 1) {
      const customer = customers[count % customers.length];
      if (customer === undefined) return;
      count += 1;
      const text = `text ${count}`;
      const { messageId } = customer.write(text);
      written.set(`${customer.chatId}:${messageId}`, { chatId: customer.chatId, text, edited: false });
    }
  }

  return {
    traffic: {
      written,
      files: new Set(),
      presses: new Map(),
      reactions: new Map(),
      accepted: new Set(),
      albums: new Map(),
      attempted: new Set(),
      amends: new Map(),
      stop: () => Promise.resolve(),
    },
    count: () => count,
    answered: () => answers.size,
    write,
    keepWriting(perSecond) {
      let stopped = false;
      const ended = (async () => {
        const fromMs = performance.now();
        let done = 0;
        while (!stopped) {
          const due = Math.floor(((performance.now() - fromMs) * perSecond) / 1_000);
          write(due - done);
          done = due;
          await sleep(TICK_MS);
        }
      })();
      return {
        async stop() {
          stopped = true;
          await ended;
        },
      };
    },
  };
}
