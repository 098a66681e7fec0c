import { sql } from 'kysely';
import type pg from 'pg';
import type { AccountId } from '../core/model/ids.ts';
import type { Correspondence, Correspondent, LetterFacts } from '../core/model/letter.ts';
import type { AccountMemory, AccountRecords } from '../core/ports/channel.ts';
import type { Database } from './database.ts';
import { createPlaceLog } from './place-log.ts';

/** First half of the keys of these advisory locks; no other lock of ours has it. */
const LOCK_SPACE = 1_885_434_478;
/** Locks one process holds at once: each has a connection of its own, and a server gives few. */
const MOST_HELD = 3;
/** A server that says nothing to a holder for longer is not there any more, ms. */
const HOLDER_ANSWER_MS = 25_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Longest text that is quoted below an answer, UTF-16 units. */
const MAX_QUOTED = 20_000;
/** Ids of earlier letters that are named: the first, and the newest of the others (RFC 5322, 3.6.4). */
const MAX_REFERENCES = 20;

export interface RecordsDeps {
  database: Database;
  seal(plain: Buffer, row: string): Buffer;
  open(sealed: Buffer, row: string): Buffer;
  sign(value: string): string;
  /** What a team puts below its letters; null: nothing. */
  signatureOf(teamId: string): string | null;
}

interface LetterRow {
  thread_id: string;
  seq: number;
  letter: LetterFacts | null;
  created_at: Date;
  agent_name: string | null;
  team_id: string | null;
  subject: string | null;
  customer: string;
  customer_name: string;
}

interface AnsweredRow {
  text: string;
  letter: LetterFacts | null;
  at: Date;
}

function answerSubject(subject: string): string {
  return /^\s*(?:re|aw|antw|sv|回复|答复|答覆|回覆|返信|회신|отв)\s*[:：]/iu.test(subject) ? subject : `Re: ${subject}`;
}

function shortened(references: readonly string[]): string[] {
  const unique = [...new Set(references)];
  const [first] = unique;
  if (first === undefined || unique.length <= MAX_REFERENCES) return unique;
  return [first, ...unique.slice(1 - MAX_REFERENCES)];
}

/** Who waits in this process for the lock of a place, and for a connection to hold one with. */
interface Turns {
  /** By place: when the last of those who wait is done. */
  readonly last: Map<string, Promise<unknown>>;
  held: number;
  readonly waiting: (() => void)[];
}
const turnsOf = new WeakMap<Database, Turns>();

/** One at a time for each place, and few of all of them: whoever waits has no connection yet. */
function inTurn<T>(database: Database, place: string, act: () => Promise<T>): Promise<T> {
  const turns: Turns = turnsOf.get(database) ?? { last: new Map(), held: 0, waiting: [] };
  turnsOf.set(database, turns);
  const { last, waiting } = turns;
  const mine = (last.get(place) ?? Promise.resolve()).then(async () => {
    if (turns.held < MOST_HELD) turns.held += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) turns.held -= 1;
      else next();
    }
  });
  const done = mine
    .catch(() => undefined)
    .then(() => {
      if (last.get(place) === done) last.delete(place);
    });
  last.set(place, done);
  return mine;
}

/** Asks over a connection that holds a lock. */
async function ask<Row extends pg.QueryResultRow>(holder: pg.Client, text: string, values: unknown[]): Promise<Row[]> {
  const query = { text, values, query_timeout: HOLDER_ANSWER_MS };
  return (await holder.query<Row>(query)).rows;
}

/**
 * Acts while no other process does for this place. The lock is the session's and there is no transaction: what is written over the
 * holder is committed at once, whatever becomes of `act`. The connection is none of the pool's, which others need meanwhile.
 */
async function locked<T>(database: Database, place: string, act: (holder: pg.Client) => Promise<T>): Promise<T> {
  const holder = await database.dedicated();
  try {
    await ask(holder, 'SELECT pg_advisory_lock($1, hashtext($2))', [LOCK_SPACE, place]);
    return await act(holder);
  } finally {
    // Where this fails the session is broken, and its lock ends with it.
    await ask(holder, 'SELECT pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE, place]).catch(() => undefined);
    await holder.end().catch(() => undefined);
  }
}

/** What one account may ask of the store about itself. */
export function createAccountRecords(accountId: AccountId, deps: RecordsDeps): AccountRecords {
  const { database } = deps;
  const { db } = database;
  const placeOf = (name: string): string => `${accountId}/${name}`;

  function text(sealed: Buffer | null | undefined, name: string): string | null {
    return sealed === null || sealed === undefined ? null : deps.open(sealed, placeOf(name)).toString('utf8');
  }

  const memory: AccountMemory = {
    async read(name) {
      const row = await db
        .selectFrom('account_memory')
        .select('sealed')
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .executeTakeFirst();
      return text(row?.sealed, name);
    },
    exclusively: (name, act) =>
      inTurn(database, placeOf(name), () =>
        locked(database, placeOf(name), async (holder) => {
          const query = 'SELECT sealed FROM account_memory WHERE account_id = $1 AND name = $2';
          const [row] = await ask<{ sealed: Buffer | null }>(holder, query, [accountId, name]);
          return act(text(row?.sealed, name), async (next) => {
            const sealed = deps.seal(Buffer.from(next, 'utf8'), placeOf(name));
            await ask(
              holder,
              `INSERT INTO account_memory (account_id, name, sealed) VALUES ($1, $2, $3)
               ON CONFLICT (account_id, name) DO UPDATE SET sealed = EXCLUDED.sealed, changed_at = now()`,
              [accountId, name, sealed],
            );
          });
        }),
      ),
  };

  /** The customer's letter an answer belongs to: the newest before it that somebody has to answer. */
  async function answered(threadId: string, beforeSeq: number): Promise<AnsweredRow | null> {
    const { rows } = await sql<AnsweredRow>`
      SELECT left(m.text, ${MAX_QUOTED}) AS text, m.extras->'letter' AS letter, coalesce(m.occurred_at, m.created_at) AS at FROM message m
      WHERE m.thread_id = ${threadId} AND m.kind = 'inbound' AND m.seq < ${beforeSeq} AND m.erased_at IS NULL
      ORDER BY m.state = 'filed', m.seq DESC LIMIT 1`.execute(db);
    return rows[0] ?? null;
  }

  return {
    memory,
    places: createPlaceLog(accountId, database),
    sign: deps.sign,

    async bookmark(name) {
      const row = await db
        .selectFrom('account_bookmark')
        .select(['epoch', 'position', 'base'])
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .executeTakeFirst();
      return row ?? null;
    },

    async beginAt(name, bookmark) {
      await sql`SELECT move_bookmark_v1(${accountId}, ${JSON.stringify({ name, ...bookmark })}::jsonb)`.execute(db);
    },

    async *allBookmarks() {
      const rows = await db
        .selectFrom('account_bookmark')
        .select(['name', 'epoch', 'position', 'base'])
        .where('account_id', '=', accountId)
        .orderBy('position', 'desc')
        .execute();
      yield* rows;
    },

    async known(eventKeys) {
      if (eventKeys.length === 0) return [];
      const rows = await db
        .selectFrom('inbound_event')
        .select('event_key')
        .where('account_id', '=', accountId)
        .where('event_key', 'in', [...eventKeys])
        .execute();
      return rows.map((row) => row.event_key);
    },

    async taken(externalIds) {
      if (externalIds.length === 0) return [];
      const rows = await db
        .selectFrom('message_external')
        .select('external_id')
        .where('account_id', '=', accountId)
        .where('external_id', 'in', [...externalIds])
        .execute();
      return rows.map((row) => row.external_id);
    },

    async correspondence(deliveryId): Promise<Correspondence | null> {
      if (!UUID.test(deliveryId)) return null;
      const { rows } = await sql<LetterRow>`
        SELECT m.thread_id, m.seq, m.extras->'letter' AS letter, m.created_at, a.name AS agent_name, c.owner_team AS team_id, c.subject,
          i.external_id AS customer, i.display_name AS customer_name
        FROM delivery d JOIN message m ON m.id = d.message_id JOIN conversation c ON c.id = m.conversation_id
        JOIN thread t ON t.id = m.thread_id JOIN identity i ON i.id = t.identity_id
        LEFT JOIN agent a ON m.author_kind = 'agent' AND a.id::text = m.author_id
        WHERE d.id = ${deliveryId} AND t.account_id = ${accountId}`.execute(db);
      const [row] = rows;
      if (row === undefined) return null;
      const parent = await answered(row.thread_id, row.seq);
      const theirs = parent?.letter ?? null;
      const customer: Correspondent = { address: addressOf(row.customer), name: row.customer_name };
      const to = row.letter?.to ?? [];
      const answerTo = theirs?.replyTo?.length ? theirs.replyTo : [theirs?.from ?? customer];
      const subject = row.letter?.subject || answerSubject(theirs?.subject ?? row.subject ?? '');
      return {
        to: to.length > 0 ? to : answerTo,
        cc: row.letter?.cc ?? [],
        bcc: row.letter?.bcc ?? [],
        subject,
        references: shortened([
          ...(theirs?.references ?? []),
          ...(theirs?.messageId === undefined ? [] : [theirs.messageId]),
        ]),
        quoted:
          parent === null ? null : { author: theirs?.from ?? customer, atMs: parent.at.getTime(), text: parent.text },
        agentName: row.agent_name,
        signature: row.team_id === null ? null : deps.signatureOf(row.team_id),
        threadId: row.thread_id,
        writtenAtMs: row.created_at.getTime(),
      };
    },
  };
}

/** An identity that nobody vouches for has its address behind a mark of its own. */
function addressOf(externalId: string): string {
  return externalId.replace(/^claimed:/, '');
}
