import type { AttachmentKind } from '../core/model/attachment.ts';
import { brandId, type InstanceId } from '../core/model/ids.ts';
import type { FileStore } from '../core/ports/file-store.ts';
import type { Database } from './database.ts';

interface Row {
  id: string;
  account_id: string;
  kind: AttachmentKind;
  remote: Record<string, unknown> | null;
  size_bytes: number | null;
  attempt: number;
}

/** Files to be fetched, over the functions of migration 8. `instance`: whose leases these are now. */
export function createFileStore(database: Database, instance: () => InstanceId): FileStore {
  return {
    async claim(limit, working) {
      const rows = await database.prepared<Row>(
        'claim_files_v1',
        'SELECT id, account_id, kind, remote, size_bytes, attempt FROM claim_files_v1($1, $2, $3)',
        [instance(), limit, [...working]],
      );
      return rows.map((row) => ({
        id: row.id,
        accountId: brandId(row.account_id),
        kind: row.kind,
        remote: row.remote ?? {},
        sizeBytes: row.size_bytes,
        attempt: row.attempt,
      }));
    },
    async settle(id, outcome) {
      const [row] = await database.prepared<{ done: boolean }>(
        'settle_file_v1',
        'SELECT settle_file_v1($1, $2, $3) AS done',
        [instance(), id, JSON.stringify(outcome)],
      );
      return row?.done ?? false;
    },
  };
}
