import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ports/log.ts';
import type { Database } from '../store/database.ts';
import type { Bus } from './bus.ts';

type Session = Awaited<ReturnType<Database['dedicated']>>;

const CHANNEL = 'parley_changes';
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** How often a quiet connection is asked whether it lives: a server that vanished says nothing. */
const PROBE_MS = 10_000;

/**
 * LISTEN and NOTIFY on one connection of its own: never in a transaction that writes data, where the notification's lock would
 * make commits wait for each other.
 */
export function createPostgresBus(database: Pick<Database, 'dedicated'>, log: Log): Bus {
  let session: Session | null = null;
  let connecting: Promise<Session> | null = null;
  let onPayload: ((payload: string) => void) | null = null;
  let closed = false;
  let keeping = false;
  const stop = new AbortController();

  function lost(of: Session): void {
    // It says so by its error and again by its end.
    if (session !== of) return;
    session = null;
    of.end().catch(() => undefined);
    if (onPayload !== null) void keepConnected();
  }

  async function connect(): Promise<Session> {
    const made = await database.dedicated();
    made.on('error', () => lost(made));
    made.on('end', () => lost(made));
    made.on('notification', (message) => onPayload?.(message.payload ?? ''));
    try {
      if (onPayload !== null) await made.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      made.end().catch(() => undefined);
      throw error;
    }
    if (closed) await made.end();
    else session = made;
    return made;
  }

  function connected(): Promise<Session> {
    if (session !== null) return Promise.resolve(session);
    connecting ??= connect().finally(() => {
      connecting = null;
    });
    return connecting;
  }

  async function keepConnected(): Promise<void> {
    if (keeping) return;
    keeping = true;
    for (let pauseMs = FIRST_PAUSE_MS; !closed; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await connected();
        break;
      } catch (error) {
        log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'the live connection is away');
      }
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    keeping = false;
  }

  const probe = setInterval(() => {
    const asked = session;
    if (asked === null || onPayload === null) return;
    const late = setTimeout(() => lost(asked), PROBE_MS / 2);
    late.unref();
    asked
      .query('SELECT 1')
      .catch(() => lost(asked))
      .finally(() => clearTimeout(late));
  }, PROBE_MS);
  probe.unref();

  return {
    async publish(payload) {
      const now = await connected();
      await now.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
    },
    async listen(handle) {
      onPayload = handle;
      if (session !== null) await session.query(`LISTEN ${CHANNEL}`);
      await keepConnected();
    },
    async close() {
      closed = true;
      stop.abort();
      clearInterval(probe);
      await connecting?.catch(() => undefined);
      await session?.end().catch(() => undefined);
      session = null;
    },
  };
}
