/**
 * Runs a piece of work at most once at a time: what is asked for while it runs is done once more afterwards, however often it was asked.
 * `work` tells its own failures. @returns asks for a run
 */
export function coalesced(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
  return () => {
    if (running) again = true;
    else void run();
  };
}
