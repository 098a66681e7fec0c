import type { Meter, XCall } from '../../../../../channels/x/transport/ports.ts';

/** One sum that was taken, and what it came to. */
export interface Taken {
  mostMicros: number;
  purpose: XCall['purpose'];
  settled: number | null;
}

/** A meter without an end that writes down what is taken; `refuse` throws what a test gives it. */
export function freeMeter(refuse: () => void = () => undefined): Meter & { taken: Taken[] } {
  const taken: Taken[] = [];
  return {
    taken,
    async reserve(mostMicros, purpose) {
      refuse();
      const one: Taken = { mostMicros, purpose, settled: null };
      taken.push(one);
      return {
        settle(micros) {
          one.settled = micros;
        },
      };
    },
    spending: () =>
      Promise.resolve({
        spentMicros: taken.reduce((sum, one) => sum + (one.settled ?? one.mostMicros), 0),
        leftMicros: null,
        refillsAtMs: 0,
      }),
  };
}
