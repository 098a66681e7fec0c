import { useCallback, useEffect, useState } from 'react';
import { asFailure } from '../api/failure.ts';
import { fetchState, type SandboxState } from './sandbox-api.ts';

const AGAIN_AFTER_MS = 1_000;

/** The sandbox as the dock shows it. */
export interface SandboxView {
  /** Undefined until the first answer. */
  state: SandboxState | undefined;
  /** The server does not answer. */
  lost: boolean;
  /** What the last order came to, when it failed. */
  failure: string | undefined;
  /** Runs an order and shows what it leads to. */
  order(run: () => Promise<unknown>): void;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Follows the sandbox: a request waits at the server until something changed, then comes the next. */
export function useSandbox(): SandboxView {
  const [state, setState] = useState<SandboxState>();
  const [lost, setLost] = useState(false);
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const follow = async (): Promise<void> => {
      let mark: string | undefined;
      while (!signal.aborted) {
        try {
          const next = await fetchState(mark, signal);
          mark = next.mark;
          setState(next);
          setLost(false);
        } catch {
          if (signal.aborted) return;
          // After a restart there is another sandbox; it is asked for everything.
          mark = undefined;
          setLost(true);
          await pause(AGAIN_AFTER_MS, signal);
        }
      }
    };
    void follow();
    return () => leaving.abort();
  }, []);

  const order = useCallback((run: () => Promise<unknown>): void => {
    run().then(
      () => setFailure(undefined),
      (thrown: unknown) => setFailure(asFailure(thrown).message),
    );
  }, []);
  return { state, lost, failure, order };
}
