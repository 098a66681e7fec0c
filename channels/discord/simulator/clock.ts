/** The platform's time; moving it on lets links, interactions and nonces run out. */
export interface PlatformClock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  advance(ms: number): void;
}

export function createClock(): PlatformClock {
  let aheadMs = 0;
  return {
    nowMs: () => Date.now() + aheadMs,
    advance(ms) {
      aheadMs += ms;
    },
  };
}
