import { resolve } from 'node:path';
import { restoreBackup } from '../store/backup/restore.ts';
import { writeBackup } from '../store/backup/write.ts';
import { migrations } from '../store/migrations/index.ts';
import { VERSION } from '../version.ts';
import { configurationOf } from './configuration.ts';
import { blobFolderOf } from './keys.ts';
import { operator } from './operator.ts';
import { say } from './output.ts';
import { commandLog, migrateStore, withStore, withStoreUrl } from './store-access.ts';

/** `parley backup FILE`. The gateway may go on meanwhile. */
export function backup(options: { config?: string | undefined }, file: string): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    const result = await writeBackup({
      storeUrl: database.url,
      blobFolder: blobFolderOf(config),
      file: resolve(file),
      release: VERSION,
      nowMs: Date.now(),
    });
    say(`${resolve(file)}: ${result.rows} rows and ${result.blobs} files, schema version ${result.schemaVersion}.`);
    const first = config.masterKey === null ? `${config.dataFolder}/master.key` : 'the value of masterKey';
    const key = config.masterKeys === null ? first : `${first} and those of masterKeys`;
    say(`The master key is NOT in it (${key}). Keep it elsewhere: without it raw payloads and files cannot be read.`);
  });
}

/** `parley restore FILE [--force]`. Every gateway of the installation has to be stopped. */
export function restore(
  options: { config?: string | undefined; force?: boolean | undefined },
  file: string,
): Promise<void> {
  const { config } = configurationOf(options);
  return withStoreUrl(config, commandLog(), async (url) => {
    const result = await restoreBackup({
      storeUrl: url,
      blobFolder: blobFolderOf(config),
      file: resolve(file),
      force: options.force === true,
      actorId: operator().id,
      newestVersion: migrations.at(-1)?.id ?? 0,
      migrateTo: (version) => migrateStore(url, config.queue.url, version),
    });
    say(`Restored ${result.rows} rows and ${result.blobs} files, as of ${new Date(result.takenAtMs).toISOString()}.`);
    if (result.needsReview > 0) {
      say(
        `${result.needsReview} parts were on their way when the backup was made; nothing of them is sent by itself: parley outbox list`,
      );
    }
    say(
      'The master key is not part of a backup: the one in use has to be the one of that time (parley doctor checks it).',
    );
  });
}
