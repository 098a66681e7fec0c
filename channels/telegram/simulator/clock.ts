/** The platform's clock: real time, moved ahead by tests that wait for what takes hours. */
export interface Clock {
  nowMs(): number;
  /** As the Bot API writes dates. */
  nowSeconds(): number;
  /** Moves on by this many milliseconds. */
  advance(ms: number): void;
}

export function createClock(): Clock {
  let aheadMs = 0;
  return {
    nowMs: () => Date.now() + aheadMs,
    nowSeconds: () => Math.floor((Date.now() + aheadMs) / 1_000),
    advance(ms) {
      aheadMs += ms;
    },
  };
}
