import { Client } from 'pg';
import { ParleyError } from '../core/errors.ts';

/** The server answered and refuses us; waiting does not mend it. */
export class StoreRefused extends ParleyError {
  constructor(message: string, mend: string, cause: unknown) {
    super('store_refused', message, { mend, cause });
  }
}

/** Host, port and database of a connection string, without user and password. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the address in store.url';
  const { hostname, port, pathname } = new URL(url);
  return `${hostname === '' ? 'localhost' : hostname}:${port === '' ? '5432' : port}${pathname}`;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message === '' ? codeOf(error) : message;
}

/** What a failed connection or query means, in one sentence for people. */
export function describeTrouble(url: string, error: unknown): string {
  const refused = permanentTrouble(url, error);
  if (refused !== null) return `${refused.message}; ${refused.mend ?? ''}`;
  return `the store at ${placeOf(url)} does not answer (${messageOf(error)})`;
}

/** The trouble that a person has to mend, or null when it may pass by itself. */
export function permanentTrouble(url: string, error: unknown): StoreRefused | null {
  const place = placeOf(url);
  const code = codeOf(error);
  if (code === '3D000') {
    return new StoreRefused(
      `the database at ${place} does not exist`,
      'create it (CREATE DATABASE …), or correct the name in store.url',
      error,
    );
  }
  if (code.startsWith('28')) {
    return new StoreRefused(
      `the store at ${place} refuses the user or the password (${messageOf(error)})`,
      'correct user and password in store.url',
      error,
    );
  }
  if (code === '42501') {
    return new StoreRefused(
      `the user in store.url lacks rights in the database at ${place} (${messageOf(error)})`,
      'make it the owner of the database: ALTER DATABASE … OWNER TO …',
      error,
    );
  }
  return null;
}

/** Connects once, for commands that should fail at once and clearly. @returns the server's version as a number, such as 180000 */
export async function reachStore(url: string): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
    return Number(rows[0]?.version ?? 0);
  } catch (error) {
    throw (
      permanentTrouble(url, error) ??
      new StoreRefused(describeTrouble(url, error), 'check that Postgres runs there and that store.url is right', error)
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
