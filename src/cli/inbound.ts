import { sql } from 'kysely';
import { configurationOf } from './configuration.ts';
import { age, say, table } from './output.ts';
import { withStore } from './store-access.ts';

export interface InboundListOptions {
  config?: string | undefined;
  json?: boolean | undefined;
  limit: number;
}

/** One parked thing, under the key that `replay` takes. */
export interface ParkedRow {
  key: string;
  kind: 'event' | 'message';
  account: string;
  reason: string;
  atMs: number;
}

/** `parley inbound list`: payloads nobody could read and messages that ended their workers, oldest first. */
export function inboundList(options: InboundListOptions): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async ({ db }) => {
    const { rows } = await sql<ParkedRow>`
      SELECT account_id || '/' || event_key AS key, 'event' AS kind, account_id AS account, coalesce(reason, '') AS reason,
        (extract(epoch FROM received_at) * 1000)::float8 AS "atMs"
      FROM inbound_event WHERE state = 'parked'
      UNION ALL
      SELECT m.id::text, 'message', t.account_id, coalesce(m.state_reason, ''), (extract(epoch FROM m.created_at) * 1000)::float8
      FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.parked_at IS NOT NULL
      ORDER BY 5 LIMIT ${options.limit}`.execute(db);
    if (options.json === true) {
      say(JSON.stringify(rows, null, 2));
      return;
    }
    if (rows.length === 0) {
      say('Nothing is parked.');
      return;
    }
    const cells = rows.map((row) => [row.key, row.kind, row.account, age(Date.now() - row.atMs), row.reason]);
    say(table(['KEY', 'KIND', 'ACCOUNT', 'AGE', 'REASON'], cells));
    say('\nTry one again: parley inbound replay KEY');
  });
}
