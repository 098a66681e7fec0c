import type { QueryResultRow } from 'pg';
import type { Clock } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import type { Database } from './database.ts';
import { permanentTrouble, placeOf } from './reachable.ts';

/** Trouble with the server itself, not with one statement. */
interface Trouble {
  kind: 'away' | 'refused' | 'disk_full';
  message: string;
  mend: string;
}

/** Without a further failure for this long a full disk counts as mended even if the same statement did not come again, ms. */
const DISK_PATIENCE_MS = 30_000;

function troubleOf(url: string, error: unknown): Trouble | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error && error.message !== '' ? error.message : code;
  if (code === '53100') {
    return {
      kind: 'disk_full',
      message: `the disk of the store at ${placeOf(url)} is full (${said})`,
      mend: 'free some space there; messages wait at the platforms meanwhile and work goes on by itself',
    };
  }
  const refused = permanentTrouble(url, error);
  if (refused !== null) return { kind: 'refused', message: refused.message, mend: refused.mend ?? '' };
  // Other SQLSTATEs are about a statement; errors of the network have letters and an E, or no code at all.
  if (/^[0-9A-Z]{5}$/.test(code) && !/^(?:08|53|57P0|58|EPIPE)/.test(code)) return null;
  return {
    kind: 'away',
    message: `the store at ${placeOf(url)} does not answer (${said})`,
    mend: 'check that Postgres runs there; messages wait at the platforms meanwhile and work goes on by itself',
  };
}

/**
 * The same database, telling the log once when the server can no longer be worked with, with the mend, and once when it
 * can again. It sees every prepared statement, the heartbeat of each second among them.
 */
export function tellTrouble(database: Database, log: Log, clock: Pick<Clock, 'monotonicMs'>): Database {
  let trouble: { kind: Trouble['kind']; sinceMs: number; lastMs: number; statements: Set<string> } | null = null;
  let closing = false;

  function failed(statement: string, error: unknown): void {
    const found = closing ? null : troubleOf(database.url, error);
    if (found === null) return;
    const nowMs = clock.monotonicMs();
    // A server whose disk is full may end because of it; the disk stays the news.
    const consequence = trouble?.kind === 'disk_full' && found.kind === 'away';
    if (trouble === null || (trouble.kind !== found.kind && !consequence)) {
      trouble = { kind: found.kind, sinceMs: trouble?.sinceMs ?? nowMs, lastMs: nowMs, statements: new Set() };
      log.error({ code: `store_${found.kind}` }, `${found.message}; ${found.mend}`);
    }
    trouble.lastMs = nowMs;
    trouble.statements.add(statement);
  }

  function worked(statement: string): void {
    if (trouble === null) return;
    const nowMs = clock.monotonicMs();
    trouble.statements.delete(statement);
    // On a full disk much still works: reading, and writing into what has room left.
    const stillFull =
      trouble.kind === 'disk_full' && trouble.statements.size > 0 && nowMs - trouble.lastMs < DISK_PATIENCE_MS;
    if (stillFull) return;
    log.info({ tookMs: Math.round(nowMs - trouble.sinceMs) }, 'the store works again');
    trouble = null;
  }

  return {
    ...database,
    async prepared<Row extends QueryResultRow>(name: string, text: string, values: unknown[]) {
      try {
        const rows = await database.prepared<Row>(name, text, values);
        worked(name);
        return rows;
      } catch (error) {
        failed(name, error);
        throw error;
      }
    },
    close() {
      closing = true;
      return database.close();
    },
  };
}
