import { randomFillSync } from 'node:crypto';
import type { Clock, IdGenerator } from './ports/clock.ts';

/** The real clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

const POOL_BYTES = 10 * 256;

/**
 * UUIDv7 (RFC 9562, 5.7; method 1 of 6.2: a 12-bit counter in rand_a keeps ids of one millisecond in order).
 * The last byte is random: a thread's shard is taken from it.
 */
export function createUuidV7(clock: Clock): IdGenerator {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let lastMs = -1;
  let counter = 0;

  const randomHex = (): string => {
    if (used >= POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const hex = pool.toString('hex', used, used + 10);
    used += 10;
    return hex;
  };

  return {
    uuid() {
      let ms = clock.nowMs();
      if (ms > lastMs) {
        counter = 0;
      } else {
        ms = lastMs;
        counter += 1;
        if (counter > 0xfff) {
          ms += 1;
          counter = 0;
        }
      }
      lastMs = ms;
      const time = ms.toString(16).padStart(12, '0');
      const random = randomHex();
      const variant = ((Number.parseInt(random.slice(0, 1), 16) & 0x3) | 0x8).toString(16);
      const sequence = counter.toString(16).padStart(3, '0');
      return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${sequence}-${variant}${random.slice(1, 4)}-${random.slice(4, 16)}`;
    },
  };
}
