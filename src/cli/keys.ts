import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { systemClock } from '../core/ids-and-time.ts';
import { type BlobStore, openBlobStore } from '../files/blob-store.ts';
import { createKeyRing, type KeyRing } from '../files/crypto.ts';
import { loadMasterKeys } from '../files/master-key.ts';

/** Folder of the blobs when storage is `file`. */
export function blobFolderOf(config: Config): string {
  return join(config.dataFolder, 'blobs');
}

/** What opens sealed values and files of this installation. @throws {MasterKeyError} */
export async function openKeys(config: Config): Promise<{ keys: KeyRing; blobs: BlobStore }> {
  const keys = createKeyRing(loadMasterKeys(config));
  const blobs = await openBlobStore(config.storage.url, { folder: blobFolderOf(config), keys, clock: systemClock });
  return { keys, blobs };
}

/** Where the original of an uncertain secret is sealed to; the same as ingest uses. */
export function findingPlace(id: string): { table: string; column: string; row: string } {
  return { table: 'inbound', column: 'raw', row: `secret_finding/${id}` };
}

/** Where the raw payload of an event is sealed to; the same as ingest uses. */
export function rawPlace(accountId: string, eventKey: string): { table: string; column: string; row: string } {
  return { table: 'inbound', column: 'raw', row: `inbound_event/${accountId}/${eventKey}` };
}
