import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brandId } from '../../../src/core/model/ids.ts';
import type { PlaceLog } from '../../../src/core/ports/place-log.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { createPlaceLog } from '../../../src/store/place-log.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { quietLog } from '../../kit/quiet-log.ts';

describe.each(storeBackends)('places on the $name', ({ start }) => {
  let backend: StoreBackend;
  let database: Database;
  let log: PlaceLog;

  beforeAll(async () => {
    backend = await start();
    database = openDatabase({ url: await backend.createDatabase(), log: quietLog() });
    for (const id of ['a', 'b'])
      await database.pool.query(`INSERT INTO account (id, channel) VALUES ($1, 'web')`, [id]);
    log = createPlaceLog(brandId('a'), database);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await backend.close();
  });

  test('one entry for each key, whoever writes it and how often; positions count in their place', async () => {
    const written = await Promise.all(
      Array.from({ length: 40 }, (_, index) => log.append(`p${index % 2}`, `once ${index % 20}`, { n: index % 20 })),
    );
    for (const [index, entry] of written.entries()) {
      expect(entry.payload).toEqual({ n: index % 20 });
      expect(entry.seq).toBe(written[index % 20]?.seq);
    }
    for (const place of ['p0', 'p1']) {
      const all = await log.latest(place, null, 100);
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    }
    const other = createPlaceLog(brandId('b'), database);
    expect((await other.append('p0', 'once 0', { of: 'b' })).seq).toBe(1);
    expect(await other.latest('p0', null, 10)).toHaveLength(1);
  });

  test('whoever reads on from the last position misses nothing, while many write', async () => {
    const seen: number[] = [];
    let last = 0;
    let writing = true;
    const read = async (): Promise<void> => {
      const entries = await log.since(new Map([['busy', last]]), 1_000);
      for (const { seq } of entries) seen.push(seq);
      last = entries.at(-1)?.seq ?? last;
    };
    const reader = (async () => {
      while (writing) await read();
    })();
    await Promise.all(Array.from({ length: 200 }, (_, index) => log.append('busy', `busy ${index}`, {})));
    writing = false;
    await reader;
    await read();
    expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  test('no position is used twice, even when all entries are gone', async () => {
    const before = await log.append('emptied', 'first', {});
    await database.pool.query(`DELETE FROM place_entry WHERE place = 'emptied'`);
    expect((await log.append('emptied', 'second', {})).seq).toBe(before.seq + 1);
  });

  test('pages, single entries and marks; a mark never goes back', async () => {
    for (const key of ['x', 'y', 'z']) await log.append('paged', `paged ${key}`, { key });
    expect((await log.latest('paged', null, 2)).map(({ seq }) => seq)).toEqual([2, 3]);
    expect((await log.latest('paged', 2, 2)).map(({ seq }) => seq)).toEqual([1]);
    expect(await log.entry('paged', 2)).toMatchObject({
      place: 'paged',
      seq: 2,
      key: 'paged y',
      payload: { key: 'y' },
    });
    expect(await log.entry('paged', 9)).toBeNull();
    await log.mark('paged', 'read', 5);
    await log.mark('paged', 'read', 3);
    await log.mark('paged', 'typing', 1_800_000_000_000);
    await log.mark('unseen', 'read', 0);
    expect(await log.marks(['paged', 'unseen', 'none'])).toEqual(
      new Map([
        ['paged', { read: 5, typing: 1_800_000_000_000 }],
        ['unseen', { read: 0 }],
      ]),
    );
    expect((await log.append('unseen', 'now', {})).seq).toBe(1);
  });
});
