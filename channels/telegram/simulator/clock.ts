import { createClock as createPlatformClock, type PlatformClock } from '../../shared/simulator/clock.ts';

/** The platform's clock: real time, moved ahead by tests that wait for what takes hours. */
export interface Clock extends PlatformClock {
  /** As the Bot API writes dates. */
  nowSeconds(): number;
}

export function createClock(): Clock {
  const clock = createPlatformClock();
  return { ...clock, nowSeconds: () => Math.floor(clock.nowMs() / 1_000) };
}
