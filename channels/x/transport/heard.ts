import type { AccountMemory } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { integerOf, jsonIn, recordOf } from '../../shared/read-unknown.ts';

/** Under this name an account's memory holds what came by webhook. */
const MEMORY_NAME = 'x.heard';
/** So often a delivery is told of: far oftener than silence counts as one. */
const TELL_EVERY_MS = 5 * 60_000;

/** Moments of what X brought, ms since the epoch; 0: never. */
export interface HeardMoments {
  deliveredAtMs: number;
  /** The account's owner took the access back. */
  revokedAtMs: number;
}

/**
 * Deliveries may come to other processes than the one that looks after the account: what it has to know of them goes through the
 * account's memory. A process that dies before it is written costs a look for nothing, or an hour: so long a silence is looked into.
 */
export interface Heard {
  delivered(): void;
  revoked(): void;
  /** What any process heard. @throws `StoreUnavailable` */
  read(): Promise<HeardMoments>;
}

/** Makes it. What cannot be written is told with the next delivery. */
export function createHeard(memory: AccountMemory, nowMs: () => number, log: Log): Heard {
  let nextTellMs = -Infinity;

  function tell(change: Partial<HeardMoments>): void {
    nextTellMs = nowMs() + TELL_EVERY_MS;
    memory
      .exclusively(MEMORY_NAME, (text, write) => write(JSON.stringify({ v: 1, ...momentsIn(text), ...change })))
      .catch((error: unknown) => {
        nextTellMs = -Infinity;
        log.warn({ error: error instanceof Error ? error.name : typeof error }, 'a delivery could not be told of');
      });
  }

  return {
    delivered() {
      if (nowMs() >= nextTellMs) tell({ deliveredAtMs: nowMs() });
    },
    revoked: () => tell({ revokedAtMs: nowMs() }),
    read: async () => momentsIn(await memory.read(MEMORY_NAME)),
  };
}

function momentsIn(text: string | null): HeardMoments {
  // What cannot be read begins anew.
  const given = recordOf(jsonIn(text ?? ''));
  return {
    deliveredAtMs: integerOf(given?.['deliveredAtMs']) ?? 0,
    revokedAtMs: integerOf(given?.['revokedAtMs']) ?? 0,
  };
}
