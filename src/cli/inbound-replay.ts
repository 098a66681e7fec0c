import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Config } from '../../config/schema.ts';
import { createAccounts } from '../account-side.ts';
import { SHARDS } from '../app.ts';
import { ParleyError } from '../core/errors.ts';
import { createUuidV7, systemClock } from '../core/ids-and-time.ts';
import { brandId } from '../core/model/ids.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Log } from '../core/ports/log.ts';
import type { IngestResult } from '../core/ports/pipeline-store.ts';
import { guardPayload, guardText } from '../guard/guard.ts';
import { createIntake } from '../ingest/intake.ts';
import type { Database } from '../store/database.ts';
import { createPipelineStore } from '../store/hot/pipeline-store.ts';
import { configurationOf } from './configuration.ts';
import { openKeys, rawPlace } from './keys.ts';
import { operator } from './operator.ts';
import { checkUuid } from './outbox.ts';
import { say } from './output.ts';
import { withStore } from './store-access.ts';

interface ParkedEvent {
  account_id: string;
  event_key: string;
  raw: Buffer | null;
  raw_blob: string | null;
}

const AUDIT = `INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail) VALUES ('operator', $1, $2, $3, $4, $5)`;

/** `parley inbound replay KEY`: takes a parked payload in again, or gives a parked message another turn. */
export function inboundReplay(options: { config?: string | undefined }, key: string): Promise<void> {
  const { config } = configurationOf(options);
  const slash = key.indexOf('/');
  return withStore(config, async (database, log) => {
    if (slash > 0) await replayEvent(config, database, log, key.slice(0, slash), key.slice(slash + 1));
    else await replayMessage(database, key);
  });
}

async function inTransaction<T>(database: Database, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    const result = await run(client);
    await client.query('COMMIT');
    broken = false;
    return result;
  } finally {
    // An open transaction ends with its connection.
    client.release(broken);
  }
}

/** Nothing is changed unless the payload can be read now: row, message and audit are one transaction. */
async function replayEvent(
  config: Config,
  database: Database,
  log: Log,
  accountId: string,
  eventKey: string,
): Promise<void> {
  const account = createAccounts(config, log, () => undefined).get(accountId);
  if (account === undefined) {
    throw new ParleyError('no_account', `account ${accountId} is not configured`, {
      mend: 'add it to the configuration again, it reads its own payloads',
    });
  }
  try {
    const statuses = await inTransaction(database, async (client) => {
      const { rows } = await client.query<ParkedEvent>(
        `SELECT account_id, event_key, raw, raw_blob FROM inbound_event
         WHERE account_id = $1 AND event_key = $2 AND state = 'parked' FOR UPDATE`,
        [accountId, eventKey],
      );
      const parked = rows[0];
      if (parked === undefined)
        throw new ParleyError('not_parked', 'nothing is parked under this key', {
          mend: 'parley inbound list shows what is',
        });
      const { keys, blobs } = await openKeys(config);
      const payload = await payloadOf(parked, keys, blobs);
      const newKeys = readableKeys(account, payload);
      const same = newKeys.includes(eventKey);
      // Its key comes back with the event, or stays so that the same bytes are still known.
      await client.query(
        same
          ? 'DELETE FROM inbound_event WHERE account_id = $1 AND event_key = $2'
          : `UPDATE inbound_event SET state = 'filed', reason = 'replayed', raw = NULL, raw_blob = NULL WHERE account_id = $1 AND event_key = $2`,
        [accountId, eventKey],
      );
      const results: IngestResult[] = [];
      const intake = createIntake({
        account,
        store: pipelineIn(client, database),
        // The sweeper finds it within a second.
        queue: { wake: () => undefined },
        ids: createUuidV7(systemClock),
        log,
        guardPayload: (json) => ({ payload: guardPayload(json).payload, findings: [] }),
        guardText: (text) => ({ text: guardText(text).text, findings: [] }),
        seal: (plain, row) => keys.seal(plain, { table: 'inbound', column: 'raw', row }),
        digest: (data) => keys.digest(data, 'event-key').toString('hex'),
        putBlob: async (data) => (await blobs.put(data)).id,
        isThanks: () => false,
        onResult: (result) => results.push(result),
      });
      await intake([payload]);
      await client.query(AUDIT, [
        operator().id,
        'inbound.replayed',
        'inbound_event',
        `${accountId}/${eventKey}`,
        JSON.stringify({ events: newKeys }),
      ]);
      return results.map((result) => result.status);
    });
    say(`Replayed: ${statuses.join(', ')}.`);
  } finally {
    await account.close();
  }
}

async function payloadOf(
  parked: ParkedEvent,
  keys: Awaited<ReturnType<typeof openKeys>>['keys'],
  blobs: Awaited<ReturnType<typeof openKeys>>['blobs'],
): Promise<Buffer> {
  if (parked.raw !== null) return keys.open(parked.raw, rawPlace(parked.account_id, parked.event_key));
  if (parked.raw_blob !== null) return blobs.get(parked.raw_blob);
  throw new ParleyError('no_raw', 'its payload is not kept any more', { mend: 'ask the customer to write again' });
}

/** @throws {ParleyError} when the channel still cannot read it */
function readableKeys(account: ChannelAccount, payload: Buffer): string[] {
  let json: unknown;
  try {
    json = JSON.parse(payload.toString('utf8'));
  } catch {
    throw new ParleyError('still_parked', 'it is still parked: the payload is no JSON', {
      mend: 'a payload that arrived damaged cannot be read by any release',
    });
  }
  const normalised = account.normalise(json);
  const unread = normalised.find((one) => one.outcome === 'parked');
  if (unread !== undefined && unread.outcome === 'parked') {
    throw new ParleyError('still_parked', `it is still parked: ${unread.reason}`, {
      mend: 'try again with a release that can read it',
    });
  }
  return normalised.map((one) => (one.outcome === 'event' ? one.event.eventKey : one.eventKey));
}

/** The pipeline's own ingest, inside the caller's transaction. */
function pipelineIn(client: pg.PoolClient, database: Database): ReturnType<typeof createPipelineStore> {
  const inside: Database = {
    ...database,
    prepared: async <Row extends pg.QueryResultRow>(_name: string, text: string, values: unknown[]) =>
      (await client.query<Row>(text, values)).rows,
  };
  return createPipelineStore({
    database: inside,
    clock: systemClock,
    instance: brandId(randomUUID()),
    shards: SHARDS,
    ingest: { pauseMs: 0, pauseMaxMs: 0, firstOwner: { kind: 'bot' } },
  });
}

interface ParkedMessage {
  thread_id: string;
  seq: number;
  conversation_id: string;
  owner_kind: string;
  status: string;
}

/** The bot gets another try where a queue holds the conversation; where a person owns it, they have read it anyway. */
async function replayMessage(database: Database, id: string): Promise<void> {
  checkUuid(id);
  const toBot = await inTransaction(database, async (client) => {
    await client.query(
      'SELECT FROM thread t JOIN message m ON m.thread_id = t.id WHERE m.id = $1 FOR NO KEY UPDATE OF t',
      [id],
    );
    const { rows } = await client.query<ParkedMessage>(
      `SELECT m.thread_id, m.seq, m.conversation_id, c.owner_kind, c.status FROM message m JOIN conversation c ON c.id = m.conversation_id
       WHERE m.id = $1 AND m.state = 'parked'`,
      [id],
    );
    const parked = rows[0];
    if (parked === undefined)
      throw new ParleyError('not_parked', 'no message with this id is parked', {
        mend: 'parley inbound list shows what is',
      });
    const again = parked.owner_kind === 'queue' || parked.owner_kind === 'bot';
    if (parked.owner_kind === 'queue') {
      await client.query(`SELECT person_own_v1($1, NULL, 'bot', NULL, NULL, 'operator', $2, 'replayed')`, [
        parked.conversation_id,
        operator().id,
      ]);
    }
    await client.query(`UPDATE message SET state = $2, state_reason = $3, parked_at = NULL WHERE id = $1`, [
      id,
      again ? 'new' : 'routed',
      again ? null : 'handed to its owner by an operator',
    ]);
    if (again) {
      await client.query(
        `UPDATE thread SET due_at = now(), first_new_at = coalesce(first_new_at, now()), new_from = least(new_from, $2), pause_until = NULL, suspicion = 0, alone_deaths = 0 WHERE id = $1`,
        [parked.thread_id, parked.seq],
      );
    }
    await client.query(AUDIT, [
      operator().id,
      'message.replayed',
      'message',
      id,
      JSON.stringify({ to: again ? 'bot' : 'people' }),
    ]);
    return again;
  });
  say(
    toBot
      ? 'The bot takes it up again within a second.'
      : 'It is marked as handed to the people who own its conversation.',
  );
}
