import type { ConnectionState } from '../../src/core/ports/channel.ts';

/** Several things have a say in how an account stands, such as connections, feeds and folders; the worst is told. */
export interface StateBoard {
  /** How this one stands now; null: it has no say. */
  set(who: string, state: ConnectionState | null): void;
}

/**
 * What lags comes before what connects: the page warns of the one at once and says what to do, and for a minute has nothing to say of the
 * other.
 */
const RANK: Readonly<Record<ConnectionState['state'], number>> = {
  stopped: 4,
  retrying: 3,
  lagging: 2,
  connecting: 1,
  connected: 0,
};

/** Makes a board that tells each change, of how far behind it is too, once. */
export function createStateBoard(report: (state: ConnectionState) => void): StateBoard {
  const states = new Map<string, ConnectionState>();
  let last = '';
  return {
    set(who, state) {
      if (state === null) states.delete(who);
      else states.set(who, state);
      let worst: ConnectionState | null = null;
      for (const one of states.values()) if (worst === null || RANK[one.state] > RANK[worst.state]) worst = one;
      if (worst === null) return;
      const seen = JSON.stringify(worst);
      if (seen === last) return;
      last = seen;
      report(worst);
    },
  };
}
