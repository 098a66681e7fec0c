import { sql } from 'kysely';
import type { AccountId } from '../core/model/ids.ts';
import type { PlaceEntry, PlaceLog, PlaceMarks } from '../core/ports/place-log.ts';
import type { Database } from './database.ts';

interface EntryRow {
  place: string;
  seq: number;
  key: string;
  payload: Record<string, unknown>;
  at: Date;
}

function entryOf({ place, seq, key, payload, at }: EntryRow): PlaceEntry {
  return { place, seq, key, payload, atMs: at.getTime() };
}

/** What customers of one account see, in the store. */
export function createPlaceLog(accountId: AccountId, { db }: Pick<Database, 'db'>): PlaceLog {
  return {
    async append(place, key, payload) {
      const { rows } = await sql<EntryRow>`
        SELECT place, seq, key, payload, at FROM append_entry_v1(${accountId}, ${place}, ${key}, ${JSON.stringify(payload)}::jsonb)`.execute(
        db,
      );
      const [row] = rows;
      if (row === undefined) throw new TypeError('append_entry_v1 answered nothing');
      return entryOf(row);
    },

    async latest(place, beforeSeq, limit) {
      const { rows } = await sql<EntryRow>`
        SELECT place, seq, key, payload, at FROM place_entry WHERE account_id = ${accountId} AND place = ${place}
          AND seq < ${beforeSeq ?? Number.MAX_SAFE_INTEGER} ORDER BY seq DESC LIMIT ${limit}`.execute(db);
      return rows.map(entryOf).toReversed();
    },

    async entry(place, seq) {
      const { rows } = await sql<EntryRow>`
        SELECT place, seq, key, payload, at FROM place_entry
        WHERE account_id = ${accountId} AND place = ${place} AND seq = ${seq}`.execute(db);
      const [row] = rows;
      return row === undefined ? null : entryOf(row);
    },

    async since(positions, limit) {
      if (positions.size === 0) return [];
      const { rows } = await sql<EntryRow>`
        SELECT e.place, e.seq, e.key, e.payload, e.at
        FROM unnest(${[...positions.keys()]}::text[], ${[...positions.values()]}::bigint[]) AS p(place, seq)
        JOIN place_entry e ON e.account_id = ${accountId} AND e.place = p.place AND e.seq > p.seq
        ORDER BY e.place, e.seq LIMIT ${limit}`.execute(db);
      return rows.map(entryOf);
    },

    async mark(place, name, value) {
      await sql`
        INSERT INTO place AS p (account_id, key, marks) VALUES (${accountId}, ${place}, jsonb_build_object(${name}::text, ${value}::bigint))
        ON CONFLICT (account_id, key) DO UPDATE SET marks = p.marks || EXCLUDED.marks
        WHERE coalesce((p.marks->>${name}::text)::bigint, -1) < ${value}::bigint`.execute(db);
    },

    async marks(places) {
      if (places.length === 0) return new Map();
      const { rows } = await sql<{ key: string; marks: PlaceMarks }>`
        SELECT key, marks FROM place WHERE account_id = ${accountId} AND key = ANY (${[...places]}::text[])`.execute(
        db,
      );
      return new Map(rows.map(({ key, marks }) => [key, marks]));
    },
  };
}
