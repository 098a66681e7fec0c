import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ports/log.ts';
import type { Database } from './database.ts';
import { type SchemaState, schemaState } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { describeTrouble, permanentTrouble } from './reachable.ts';

/** Whether the store can be worked with, and if not, why. */
export interface StoreReadiness {
  ready: boolean;
  message: string;
}

const POLL_MS = 2_000;
/** A health check that asks longer than this is answered before the store is. */
const ANSWER_MS = 2_000;

/** Says how the schema stands, with what to do; null when it fits. */
export function describeSchema(state: SchemaState): string | null {
  if (state.kind === 'fits') return null;
  const versions = `the database has schema version ${state.version}, this release needs ${state.wanted}`;
  if (state.kind === 'older') return `${versions}; run: parley migrate`;
  return `${versions}; run the release that made it, or a newer one`;
}

/**
 * Resolves when the schema in the database fits this code, looking every 2 s and telling `onState` what is missing.
 * `ready()` then says whether the store answers within 2 s. A schema that became newer meanwhile is no trouble there:
 * migrations expand before they contract, and the processes of the previous release go on until they are replaced.
 * @throws {StoreRefused} for what no waiting mends: a wrong password, an absent database
 */
export async function waitForSchema(
  database: Database,
  log: Log,
  onState: (message: string) => void,
  pollMs = POLL_MS,
): Promise<{ ready(): Promise<StoreReadiness> }> {
  let told = '';
  for (;;) {
    const missing = await whatIsMissing(database);
    if (missing === null) break;
    onState(missing);
    if (missing !== told) log.warn({ pollMs }, `waiting for the store: ${missing}`);
    told = missing;
    await sleep(pollMs);
  }
  if (told !== '') log.info({}, 'the store is ready');
  return { ready: () => readyWithin(database, ANSWER_MS) };
}

async function whatIsMissing(database: Database): Promise<string | null> {
  try {
    return describeSchema(await schemaState(database.pool, migrations));
  } catch (error) {
    const refused = permanentTrouble(database.url, error);
    if (refused !== null) throw refused;
    return describeTrouble(database.url, error);
  }
}

async function readyWithin(database: Database, limitMs: number): Promise<StoreReadiness> {
  const late = new AbortController();
  const timeout = sleep(
    limitMs,
    { ready: false, message: `the store did not answer within ${limitMs} ms` },
    late,
  ).catch(() => ({ ready: false, message: 'not asked' }));
  try {
    return await Promise.race([askNow(database), timeout]);
  } finally {
    late.abort();
  }
}

async function askNow(database: Database): Promise<StoreReadiness> {
  try {
    const state = await schemaState(database.pool, migrations);
    const missing = state.kind === 'newer' ? null : describeSchema(state);
    return { ready: missing === null, message: missing ?? `schema version ${state.version}` };
  } catch (error) {
    return { ready: false, message: describeTrouble(database.url, error) };
  }
}
