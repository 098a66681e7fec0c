import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** `PARL`: the class of our advisory locks; number 1 in it belongs to the gateway of an embedded store. */
const LOCK_CLASS = 0x5041524c;
const GATEWAY_LOCK = 1;
const NAME = 'parley-gateway-';

/** A killed gateway's lock is free within milliseconds; a supervisor may restart it faster than that. */
const PATIENCE_MS = 1000;

/** Whether this process is now the only gateway on the database. */
export type GatewayLock =
  | {
      readonly held: true;
      /** Gives the lock back; `onLost` is not called. */
      release(): Promise<void>;
    }
  | {
      readonly held: false;
      /** The other gateway's process id; 0 when it could not be read. */
      readonly pid: number;
      /** Since when the other gateway holds the lock, milliseconds since the Unix epoch. */
      readonly sinceMs: number;
    };

/**
 * Takes the lock that makes a gateway the only one on an embedded store. It lives exactly as long as a connection of its
 * own, so that a kill -9 frees it and no file can lie about it.
 * @param onLost called at most once, when the connection breaks while the lock is held; the gateway should then stop or
 *   take the lock again before it goes on
 * @throws the driver's error when the database cannot be reached
 */
export async function holdGatewayLock(connectionString: string, onLost: (error: Error) => void): Promise<GatewayLock> {
  const client = new Client({
    connectionString,
    application_name: `${NAME}${process.pid}`,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
  });
  let phase: 'taking' | 'held' | 'over' = 'taking';
  const lost = (error: Error): void => {
    if (phase === 'held') onLost(error);
    phase = 'over';
  };
  client.on('error', lost);
  client.on('end', () => lost(new Error('The connection that holds the gateway lock was closed.')));
  await client.connect();
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    if (await tryLock(client)) {
      phase = 'held';
      return {
        held: true,
        release: async () => {
          phase = 'over';
          await client.end().catch(() => undefined);
        },
      };
    }
    const holder = await readHolder(client);
    if (performance.now() > deadlineMs) {
      phase = 'over';
      await client.end().catch(() => undefined);
      return { held: false, pid: holder?.pid ?? 0, sinceMs: holder?.sinceMs ?? 0 };
    }
    await sleep(50);
  }
}

/**
 * Who holds the gateway lock, seen over a connection of the caller.
 * @returns undefined when nobody does
 */
export async function readHolder(client: Client): Promise<{ pid: number; sinceMs: number } | undefined> {
  const { rows } = await client.query<{ name: string; since_ms: number }>(
    `SELECT a.application_name AS name, (extract(epoch FROM a.backend_start) * 1000)::float8 AS since_ms
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2 AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [LOCK_CLASS, GATEWAY_LOCK],
  );
  const holder = rows[0];
  if (holder === undefined) return undefined;
  const pid = Number(holder.name.slice(NAME.length));
  return { pid: Number.isSafeInteger(pid) ? pid : 0, sinceMs: Math.round(holder.since_ms) };
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', [
    LOCK_CLASS,
    GATEWAY_LOCK,
  ]);
  return rows[0]?.got === true;
}
