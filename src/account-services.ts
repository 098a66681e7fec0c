import { FileLost, ParleyError } from './core/errors.ts';
import type { AccountId } from './core/model/ids.ts';
import type { TypingSink } from './core/ports/changes.ts';
import type { AccountRecords, FileSource } from './core/ports/channel.ts';
import type { BlobStore } from './files/blob-store.ts';
import type { KeyRing, SealedPlace } from './files/crypto.ts';
import { BlobError, SealError } from './files/errors.ts';
import { createAccountRecords } from './store/account-records.ts';
import type { Database } from './store/database.ts';

/** What accounts get of the rest of the gateway. They are made before it is open. */
export interface AccountServices extends TypingSink {
  readonly files: FileSource;
  records(account: AccountId): AccountRecords;
}

interface OpenedParts {
  blobs: BlobStore;
  database: Database;
  keys: KeyRing;
  signatureOf(teamId: string): string | null;
}

function notStarted(): ParleyError {
  return new ParleyError('not_started', 'the gateway is still starting, or this command opens no store');
}

/** Where what an account remembers is sealed to. @param row account and name, as `account-records.ts` joins them */
export function memoryPlace(row: string): SealedPlace {
  return { table: 'account_memory', column: 'sealed', row };
}

async function* contentOf(blobs: BlobStore, blobId: string): AsyncGenerator<Uint8Array> {
  try {
    yield* blobs.open(blobId);
  } catch (error) {
    const isLost = error instanceof BlobError && (error.code === 'missing' || error.code === 'bad-id');
    throw isLost || error instanceof SealError ? new FileLost(error) : error;
  }
}

/** For what only asks a platform something: there is nothing to send, and nothing to remember. */
export const NO_SERVICES: AccountServices = lateServices();

/** Services that say so until they are there. */
export function lateServices(): AccountServices & {
  use(parts: OpenedParts): void;
  /** Who is told from now on of customers who write; before, nobody is. */
  tell(sink: TypingSink): void;
} {
  let parts: OpenedParts | null = null;
  let told: TypingSink | null = null;
  const opened = () => {
    if (parts === null) throw notStarted();
    return parts;
  };
  const made = new Map<AccountId, AccountRecords>();
  const recordsOf = (account: AccountId): AccountRecords => {
    const { database, keys, signatureOf } = opened();
    const records =
      made.get(account) ??
      createAccountRecords(account, {
        database,
        seal: (plain, row) => keys.seal(plain, memoryPlace(row)),
        open: (sealed, row) => keys.open(sealed, memoryPlace(row)),
        signatureOf,
        sign: (value) => keys.digest(value, 'message-id').toString('hex'),
      });
    made.set(account, records);
    return records;
  };
  return {
    use(given) {
      parts = given;
    },
    tell(sink) {
      told = sink;
    },
    typing: (place) => told?.typing(place),
    files: {
      open: (blobId) => contentOf(opened().blobs, blobId),
      put: async (content) => (await opened().blobs.put(content)).id,
    },
    records: (account) => ({
      bookmark: async (name) => recordsOf(account).bookmark(name),
      beginAt: async (name, bookmark) => recordsOf(account).beginAt(name, bookmark),
      async *allBookmarks() {
        yield* recordsOf(account).allBookmarks();
      },
      known: async (keys) => recordsOf(account).known(keys),
      taken: async (ids) => recordsOf(account).taken(ids),
      correspondence: async (id) => recordsOf(account).correspondence(id),
      sign: (value) => recordsOf(account).sign(value),
      places: {
        append: async (place, key, payload) => recordsOf(account).places.append(place, key, payload),
        latest: async (place, before, limit) => recordsOf(account).places.latest(place, before, limit),
        entry: async (place, seq) => recordsOf(account).places.entry(place, seq),
        since: async (positions, limit) => recordsOf(account).places.since(positions, limit),
        mark: async (place, name, value) => recordsOf(account).places.mark(place, name, value),
        marks: async (places) => recordsOf(account).places.marks(places),
      },
      memory: {
        read: async (name) => recordsOf(account).memory.read(name),
        exclusively: async (name, act) => recordsOf(account).memory.exclusively(name, act),
      },
    }),
  };
}
