import type { Log } from '../../src/core/ports/log.ts';
import { createBackoff, pause } from '../shared/backoff.ts';
import { outcomeOf } from './errors.ts';
import { COMMANDS } from './form.ts';
import { DiscordCallError, type DiscordRest, type GatewayTimes } from './transport/ports.ts';

/** Makes our commands known; each replaces an older one of its name. Best effort: without them everything else works. */
export interface CommandRegistry {
  /** With every session: what is known already, or under way, is left alone. Resolves when no more is tried; never rejects. */
  register(applicationId: string): Promise<void>;
}

interface RegistryParts {
  rest: DiscordRest;
  log: Log;
  times: Pick<GatewayTimes, 'firstRetryMs' | 'maxRetryMs'>;
}

/** @param signal ends what is tried */
export function createCommandRegistry({ rest, log, times }: RegistryParts, signal: AbortSignal): CommandRegistry {
  const left = new Set(COMMANDS);
  let isUnderWay = false;

  /** Null: it is known now; else why it is given up. */
  async function tryUntilSettled(applicationId: string, command: (typeof COMMANDS)[number]): Promise<string | null> {
    const backoff = createBackoff({ firstMs: times.firstRetryMs, maxMs: times.maxRetryMs });
    let isTold = false;
    for (;;) {
      try {
        await rest.call('POST', `/applications/${applicationId}/commands`, { json: command }, signal);
        return null;
      } catch (error) {
        if (!(error instanceof DiscordCallError)) return error instanceof Error ? error.name : typeof error;
        // A second copy of a command is none: it may be repeated as an edit may.
        const outcome = outcomeOf(error, 'edit');
        const passes = outcome.kind === 'rate_limited' || outcome.kind === 'transient';
        if (signal.aborted || !passes) return error.message;
        if (!isTold) log.info({ command: command['name'], error: error.message }, 'registering a command takes longer');
        isTold = true;
        await pause(Math.max(outcome.retryAfterMs ?? 0, backoff.nextMs()), signal);
      }
    }
  }

  return {
    async register(applicationId) {
      if (isUnderWay) return;
      isUnderWay = true;
      // At once, so that one that fails does not cost the others.
      await Promise.all(
        [...left].map(async (command) => {
          const reason = await tryUntilSettled(applicationId, command);
          if (reason === null) left.delete(command);
          else if (!signal.aborted) log.warn({ command: command['name'], error: reason }, 'command not registered');
        }),
      );
      isUnderWay = false;
    },
  };
}
