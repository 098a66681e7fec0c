import type { Begun } from './troubles.ts';

/** Trouble that is a state: it holds until whoever asked for it last has taken it back. */
export function lastingTrouble(begin: () => void, end: () => void): () => Begun {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked === 1) begin();
    return {
      times: null,
      remove() {
        asked -= 1;
        if (asked === 0) end();
      },
    };
  };
}
