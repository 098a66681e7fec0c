/** A platform's time; moving it on lets tokens, links and windows run out. */
export interface PlatformClock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  advance(ms: number): void;
}

/** Makes a clock that shows real time until it is moved on. */
export function createClock(): PlatformClock {
  let aheadMs = 0;
  return {
    nowMs: () => Date.now() + aheadMs,
    advance(ms) {
      aheadMs += ms;
    },
  };
}
