import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BlobError } from '../../../src/files/errors.ts';
import { type ContactDataKeys, eraseContact, exportContact } from '../../../src/store/maintenance/contact-data.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

let backend: StoreBackend;
let on: Gateway;
beforeAll(async () => {
  const plain = storeBackends.find((one) => one.name === 'plain server');
  if (plain === undefined) throw new Error('there is no plain server');
  backend = await plain.start();
  const account = memoryChannel('mem');
  on = await startGateway({ url: await backend.createDatabase(), account, withoutWorker: true });
}, 60_000);
afterAll(async () => {
  await on.stop();
  await backend.close();
});

test('a file the storage lost keeps nobody from their data; an upload that waits is erased with the rest', async () => {
  const place = { type: 'location' as const, latitude: 52.5, longitude: 13.4 };
  const extras = { standIn: 'thing' as const, content: place };
  await on.receive([customerMessage('1', '[location] 52.5, 13.4', { extras })]);
  const { rows } = await on.database.pool.query<{ thread_id: string; id: string; contact_id: string }>(
    'SELECT thread_id, id, contact_id FROM conversation',
  );
  const [{ thread_id: thread, id: conversation, contact_id: contact } = { thread_id: '', id: '', contact_id: '' }] =
    rows;
  const agent = randomUUID();
  await on.database.pool.query(
    `INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, 'ann@example.com', 'Ann', 'agent', '')`,
    [agent],
  );
  const kept = 'a'.repeat(64);
  const lost = 'b'.repeat(64);
  for (const blob of [kept, lost]) {
    await on.database.pool.query(
      `INSERT INTO attachment (id, thread_id, conversation_id, account_id, kind, file_name, size_bytes, state, blob_id, uploaded_by)
      VALUES ($1, $2, $3, 'mem', 'document', 'passport.pdf', 5, 'stored', $4, $5)`,
      [randomUUID(), thread, conversation, blob, agent],
    );
  }
  const deleted: string[] = [];
  const access: ContactDataKeys = {
    keys: { open: (sealed) => Buffer.from(sealed) },
    blobs: {
      get: (id) =>
        id === kept ? Promise.resolve(Buffer.from('bytes')) : Promise.reject(new BlobError('missing', 'not there')),
      delete: (id) => {
        deleted.push(id);
        return Promise.resolve();
      },
    },
    rawPlace: (table, row) => ({ table, column: 'raw', row }),
  };
  const data = await exportContact(on.database, contact, access, 'op');
  expect(data).toMatchObject({ messages: [{ text: '[location] 52.5, 13.4', extras }] });
  const { files } = data as { files: { content: string | null }[] };
  const contents = files.map(({ content }) => content);
  expect(new Set(contents)).toEqual(new Set([Buffer.from('bytes').toString('base64'), null]));
  await eraseContact(on.database, contact, access, 'op');
  expect(deleted.toSorted()).toEqual([kept, lost]);
  const left = await on.database.pool.query(
    `SELECT 1 FROM attachment WHERE state <> 'erased' OR file_name IS NOT NULL`,
  );
  expect(left.rows).toEqual([]);
});
