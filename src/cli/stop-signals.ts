/** Longest time from the first signal to the end of the process, ms; under the 10 s that containers give. */
const HARD_EXIT_MS = 9_500;

/** How this process is asked to end. */
export interface StopSignals {
  /** Resolves with the reason at the first signal, or when {@link fail} is called. */
  readonly requested: Promise<{ signal: NodeJS.Signals } | { error: unknown }>;
  /** True from then on. */
  stopping(): boolean;
  /** Ends the process from inside: something it cannot live without is lost. */
  fail(error: unknown): void;
}

/**
 * Listens for SIGTERM and SIGINT. From the first on a timer ends the process hard, whatever still runs; a second SIGINT
 * ends it at once.
 */
export function listenForStop(onHardExit: () => void): StopSignals {
  let settle: (reason: { signal: NodeJS.Signals } | { error: unknown }) => void = () => undefined;
  let begun = false;
  const requested = new Promise<{ signal: NodeJS.Signals } | { error: unknown }>((resolve) => {
    settle = resolve;
  });
  const begin = (reason: { signal: NodeJS.Signals } | { error: unknown }): void => {
    if (begun) return;
    begun = true;
    const timer = setTimeout(() => {
      onHardExit();
      process.exit(1);
    }, HARD_EXIT_MS);
    timer.unref();
    settle(reason);
  };
  process.on('SIGTERM', () => begin({ signal: 'SIGTERM' }));
  process.on('SIGINT', () => {
    if (begun) process.exit(130);
    begin({ signal: 'SIGINT' });
  });
  return { requested, stopping: () => begun, fail: (error) => begin({ error }) };
}
