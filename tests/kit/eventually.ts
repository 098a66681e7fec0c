import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `check` no longer throws (or returns false), and fails with its last error after `withinMs`. The only way
 * tests wait for something another process or timer does.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 10_000, everyMs = 10): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    try {
      const value = await check();
      if (value !== false) return value;
      if (performance.now() > deadlineMs) throw new Error(`Not true within ${withinMs} ms: ${check.toString()}`);
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    await sleep(everyMs);
  }
}
