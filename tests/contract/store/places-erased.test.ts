import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { brandId } from '../../../src/core/model/ids.ts';
import { eraseContact } from '../../../src/store/maintenance/contact-data.ts';
import { applyRetention } from '../../../src/store/maintenance/retention.ts';
import { createPlaceLog } from '../../../src/store/place-log.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

const DAY_MS = 24 * 3_600_000;

let backend: StoreBackend;
let on: Gateway;
beforeAll(async () => {
  const plain = storeBackends.find((one) => one.name === 'plain server');
  if (plain === undefined) throw new Error('there is no plain server');
  backend = await plain.start();
  on = await startGateway({ url: await backend.createDatabase(), account: memoryChannel('mem'), withoutWorker: true });
}, 60_000);
afterAll(async () => {
  await on.stop();
  await backend.close();
});

test('erasing a contact empties their places and no others', async () => {
  const places = createPlaceLog(brandId('mem'), on.database);
  await on.receive([customerMessage('ann', 'hello'), customerMessage('bob', 'hello')]);
  for (const place of ['ann', 'bob']) await places.append(place, `to ${place}`, { text: `dear ${place}` });
  const { rows } = await on.database.pool.query<{ contact_id: string }>(
    `SELECT contact_id FROM thread WHERE external_key = 'ann'`,
  );
  const access = {
    keys: { open: (sealed: Buffer) => sealed },
    blobs: { get: () => Promise.resolve(Buffer.alloc(0)), delete: () => Promise.resolve() },
    rawPlace: (table: string, row: string) => ({ table, column: 'raw', row }),
  };
  await eraseContact(on.database, rows[0]?.contact_id ?? '', access, 'op');
  expect(await places.latest('ann', null, 10)).toEqual([]);
  expect(await places.latest('bob', null, 10)).toMatchObject([{ payload: { text: 'dear bob' } }]);
});

test('retention removes what is older than its time', async () => {
  const places = createPlaceLog(brandId('mem'), on.database);
  await places.append('old', 'old', { text: 'old' });
  await on.database.pool.query(`UPDATE place_entry SET at = now() - interval '3 days' WHERE key = 'old'`);
  await places.append('old', 'new', { text: 'new' });
  const times = { rawMs: DAY_MS, attachmentsMs: DAY_MS, conversationsMs: 2 * DAY_MS, auditMs: DAY_MS };
  await applyRetention(on.database, times, () => Promise.resolve());
  expect(await places.latest('old', null, 10)).toMatchObject([{ seq: 2, payload: { text: 'new' } }]);
});
