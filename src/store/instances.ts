import type pg from 'pg';
import { crashPoint } from '../core/crash-point.ts';
import { brandId, type InstanceId } from '../core/model/ids.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import type { Database } from './database.ts';

/** First key of every instance's session lock; bury_v1 tries the same. */
const LOCK_CLASS = 1885434477;
const HEARTBEAT_MS = 1_000;
/** At the start of one of several processes on an embedded store: covers the moment between another's row and its lock. */
const JUST_BORN_MS = 500;
/** Dead when the session lock is free and the heartbeat is this old … */
const GRACE_MS = 3_000;
/** … or when the heartbeat alone is this old. */
const LATE_MS = 10_000;

export interface InstanceOptions {
  database: Database;
  ids: IdGenerator;
  log: Log;
  roles: readonly string[];
  host: string;
  pid: number;
  version: string;
  /** The store is the gateway's own: whatever else is registered at start is dead at once … */
  embedded: boolean;
  /** … but for another process of the same gateway, whose session lock is held. Default: there is none when embedded. */
  shared?: boolean;
  /** Called when this instance was declared dead and has registered anew; its leases are gone. */
  onReborn(id: InstanceId): void;
}

/** This process as the store knows it: leases belong to it for as long as its session lock or heartbeat lives. */
export interface Instance {
  id(): InstanceId;
  /** Looks for dead instances and frees what they held. Returns how many threads became free. */
  reap(): Promise<number>;
  /** Says good-bye: leases still held are freed at once. */
  stop(): Promise<void>;
}

/** Registers this process and keeps its lock and heartbeat. */
export async function registerInstance(options: InstanceOptions): Promise<Instance> {
  const { database, log } = options;
  const alone = options.embedded && options.shared !== true;
  let current: { id: InstanceId; lockNo: number };
  let session: pg.Client | null = null;
  let stopped = false;
  let busy = false;

  async function register(): Promise<{ id: InstanceId; lockNo: number }> {
    const row = await database.db
      .insertInto('instance')
      .values({
        id: options.ids.uuid(),
        roles: [...options.roles],
        host: options.host,
        pid: options.pid,
        version: options.version,
        embedded: options.embedded,
      })
      .returning(['id', 'lock_no'])
      .executeTakeFirstOrThrow();
    return { id: brandId(row.id), lockNo: row.lock_no };
  }

  async function openSession(): Promise<void> {
    const client = await database.dedicated();
    client.on('error', (error) => {
      log.warn({ err: error.message }, 'instance session lost');
      if (session === client) session = null;
    });
    client.on('end', () => {
      if (session === client) session = null;
    });
    const result = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [
      LOCK_CLASS,
      current.lockNo,
    ]);
    if (result.rows[0]?.held !== true) {
      await client.end();
      throw new Error('the instance lock is held elsewhere for a moment');
    }
    session = client;
  }

  async function beat(): Promise<void> {
    const rows = await database.prepared<{ id: string }>(
      'instance_beat',
      'UPDATE instance SET heartbeat_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id',
      [current.id],
    );
    if (rows.length === 0) {
      const lost: pg.Client | null = session;
      session = null;
      await lost?.end().catch(() => undefined);
      current = await register();
      log.warn({ instanceId: current.id }, 'declared dead by another instance; registered anew');
      options.onReborn(current.id);
    }
    if (session === null) await openSession();
  }

  current = await register();
  await openSession();
  crashPoint('start.registered');
  if (options.embedded) await buryOthers(alone ? null : JUST_BORN_MS);

  async function buryOthers(graceMs: number | null): Promise<number> {
    const olderThan = graceMs ?? 0;
    const candidates = await database.prepared<{ id: string }>(
      'instance_candidates',
      `SELECT id FROM instance WHERE ended_at IS NULL AND id <> $1 AND heartbeat_at <= now() - $2 * interval '1 millisecond'`,
      [current.id, olderThan],
    );
    let freed = 0;
    for (const { id } of candidates) {
      crashPoint('bury.before-commit');
      const rows = await database.prepared<{ freed: number | null }>(
        'bury_v1',
        'SELECT bury_v1($1, $2, $3, $4) AS freed',
        [id, 'dead', graceMs, LATE_MS],
      );
      crashPoint('bury.after-commit');
      const count = rows[0]?.freed ?? null;
      if (count !== null) log.warn({ deadInstanceId: id, threads: count }, 'dead instance: its leases are free');
      freed += count ?? 0;
    }
    return freed;
  }

  const timer = setInterval(() => {
    if (busy || stopped) return;
    busy = true;
    beat()
      .catch((error: unknown) =>
        log.warn({ err: error instanceof Error ? error.message : 'unknown' }, 'heartbeat failed'),
      )
      .finally(() => {
        busy = false;
      });
  }, HEARTBEAT_MS);

  return {
    id: () => current.id,
    reap: () => (alone ? Promise.resolve(0) : buryOthers(GRACE_MS)),
    async stop() {
      stopped = true;
      clearInterval(timer);
      try {
        await database.prepared('bury_v1', 'SELECT bury_v1($1, $2, $3, $4) AS freed', [
          current.id,
          'stopped',
          null,
          LATE_MS,
        ]);
      } finally {
        const open: pg.Client | null = session;
        session = null;
        await open?.end().catch(() => undefined);
      }
    },
  };
}
