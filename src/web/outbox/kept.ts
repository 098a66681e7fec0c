import { type Outgoing, readOutgoing } from './outgoing.ts';

/** What outlives a page: each entry on its own, so that two tabs of one agent never overwrite each other's. */
export interface KeptOutgoing {
  /** In the order they were written. */
  all(): Outgoing[];
  keep(entry: Outgoing): void;
  drop(id: string): void;
}

/** Keeps entries in a browser's storage. @param prefix of their keys: of one agent alone */
export function keepIn(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>,
  prefix: string,
): KeptOutgoing {
  return {
    all() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      return keys
        .flatMap((key) => (key?.startsWith(prefix) === true ? (readOutgoing(storage.getItem(key)) ?? []) : []))
        .sort((one, other) => one.atMs - other.atMs);
    },
    keep(entry) {
      try {
        storage.setItem(prefix + entry.id, JSON.stringify(entry));
      } catch {
        // Storage is full or refused: it is sent all the same, only a reload would lose it.
      }
    },
    drop: (id) => storage.removeItem(prefix + id),
  };
}
