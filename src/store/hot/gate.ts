/** Lets so many in at once; who comes meanwhile waits in line. */
export interface Gate {
  /** Resolves with the way out when there is room. */
  enter(): Promise<() => void>;
}

/**
 * A gate in front of statements that share a server. Under load it makes batches larger: what arrives while others are in the
 * database shares a statement with more of its kind. With room it costs nothing.
 */
export function createGate(room: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    enter() {
      if (inside < room) {
        inside += 1;
        return Promise.resolve(leave);
      }
      return new Promise((resolve) => {
        waiting.push(() => resolve(leave));
      });
    },
  };
}
