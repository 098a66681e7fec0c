import type { Config } from '../../config/schema.ts';
import { ParleyError } from '../core/errors.ts';
import type { KeyRing } from '../files/crypto.ts';
import { loadMasterKeys } from '../files/master-key.ts';
import { blobKeyVersion, resealBlob } from '../files/reseal-blob.ts';
import { audit } from '../store/audit-row.ts';
import type { Database } from '../store/database.ts';
import { resealColumn, sealedVersions } from '../store/maintenance/reseal.ts';
import { configurationOf } from './configuration.ts';
import { blobFolderOf, openKeys } from './keys.ts';
import { operator } from './operator.ts';
import { say, table } from './output.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { withStore } from './store-access.ts';

interface WithConfig {
  config?: string | undefined;
}

/** Files between two lines of progress. */
const TELL_EVERY = 500;

/** How many values are sealed under each version, by place: a column or `files`. */
type Counts = Map<string, Map<number, number>>;

async function countAll(config: Config, database: Database, keys: KeyRing): Promise<Counts> {
  const counts: Counts = new Map();
  for (const column of SEALED_COLUMNS) {
    counts.set(`${column.table}.${column.column}`, await sealedVersions(database, column));
  }
  const { blobs } = await openKeys(config);
  const files = new Map<number, number>();
  for await (const { id } of blobs.list()) {
    const version = await blobKeyVersion(blobFolderOf(config), id, keys).catch(() => 0);
    if (version !== null) files.set(version, (files.get(version) ?? 0) + 1);
  }
  return counts.set('files', files);
}

function sumOf(counts: Counts, fits: (version: number) => boolean): number {
  const all = [...counts.values()].flatMap((byVersion) => [...byVersion]);
  return all.reduce((sum, [version, count]) => sum + (fits(version) ? count : 0), 0);
}

/** `parley keys list`: the configured versions of the master key and how much is sealed under each. */
export function keysList(options: WithConfig): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    const { keys } = await openKeys(config);
    const configured = loadMasterKeys(config).map(({ version }) => version);
    const counts = await countAll(config, database, keys);
    const found = [...counts.values()].flatMap((byVersion) => [...byVersion.keys()]);
    const versions = [...new Set([...configured, ...found])].sort((left, right) => left - right);
    const places = [...counts.keys()];
    say(
      table(
        ['version', 'configured', ...places],
        versions.map((version) => [
          version === 0 ? 'unknown' : `${version}${version === keys.currentVersion ? ' (seals)' : ''}`,
          configured.includes(version) ? 'yes' : 'no',
          ...places.map((place) => String(counts.get(place)?.get(version) ?? 0)),
        ]),
      ),
    );
  });
}

async function resealFiles(config: Config, keys: KeyRing): Promise<{ resealed: number; unopened: number }> {
  const { blobs } = await openKeys(config);
  const done = { resealed: 0, unopened: 0 };
  for await (const { id } of blobs.list()) {
    const outcome = await resealBlob(blobFolderOf(config), id, keys).catch(() => 'unopened' as const);
    if (outcome === 'unopened') done.unopened += 1;
    if (outcome !== 'resealed') continue;
    done.resealed += 1;
    if (done.resealed % TELL_EVERY === 0) say(`files: ${done.resealed} so far`);
  }
  return done;
}

/**
 * `parley keys rotate`: seals under the newest key whatever is sealed under an older one, in small batches beside running
 * gateways. May be ended at any moment and run again.
 */
export function keysRotate(options: WithConfig): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async (database) => {
    const { keys } = await openKeys(config);
    const configured = loadMasterKeys(config).map(({ version }) => version);
    const older = configured.filter((version) => version !== keys.currentVersion);
    let resealed = 0;
    let unopened = 0;
    const tell = (place: string, done: { resealed: number; unopened: number }): void => {
      say(`${place}: ${done.resealed} sealed anew`);
      resealed += done.resealed;
      unopened += done.unopened;
    };
    for (const column of SEALED_COLUMNS) {
      const place = `${column.table}.${column.column}`;
      tell(place, await resealColumn(database, keys, column, (soFar) => say(`${place}: ${soFar} so far`)));
    }
    tell('files', await resealFiles(config, keys));
    await audit(database.db, {
      actor: 'operator',
      agentId: operator().id,
      action: 'keys.rotated',
      subjectKind: 'installation',
      subjectId: 'master-key',
      detail: { version: keys.currentVersion, resealed, unopened },
    });
    const left = sumOf(await countAll(config, database, keys), (version) => version !== keys.currentVersion);
    if (unopened > 0) {
      throw new ParleyError('keys_unopened', `${unopened} values do not open under any configured key`, {
        mend: 'add the version they need to masterKeys (parley keys list names it) and run this again; remove no key before',
      });
    }
    if (left > 0) {
      throw new ParleyError('keys_left', `${left} values were sealed under an older key meanwhile`, {
        mend: 'some process still runs without the newest key: restart it with masterKeys, then run this again',
      });
    }
    say(`Everything is sealed under version ${keys.currentVersion}.`);
    if (older.length > 0) {
      say(
        `No value needs version ${older.join(', ')} any more. Once every process runs with version ${keys.currentVersion}, it may be removed; keep a copy as long as backups made before.`,
      );
    }
  });
}
