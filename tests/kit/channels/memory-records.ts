import { createHmac } from 'node:crypto';
import type { Correspondence } from '../../../src/core/model/letter.ts';
import type { AccountRecords, Bookmark } from '../../../src/core/ports/channel.ts';
import { type MemoryPlaces, memoryPlaces } from './memory-places.ts';

/** What an account remembers, in this process alone; bookmarks and letters as a test sets them. */
export interface MemoryRecords extends AccountRecords {
  readonly bookmarks: Map<string, Bookmark>;
  readonly stored: Set<string>;
  /** By the id of the outgoing part; one for all others under `*`. */
  readonly letters: Map<string, Correspondence>;
  readonly places: MemoryPlaces;
}

export function memoryRecords(): MemoryRecords {
  const values = new Map<string, string>();
  const bookmarks = new Map<string, Bookmark>();
  const stored = new Set<string>();
  const letters = new Map<string, Correspondence>();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    bookmarks,
    stored,
    letters,
    places: memoryPlaces(),
    bookmark: (name) => Promise.resolve(bookmarks.get(name) ?? null),
    beginAt: (name, bookmark) => Promise.resolve(void bookmarks.set(name, bookmark)),
    async *allBookmarks() {
      yield* [...bookmarks].map(([name, bookmark]) => ({ name, ...bookmark })).sort((a, b) => b.position - a.position);
    },
    known: (keys) => Promise.resolve(keys.filter((key) => stored.has(key))),
    correspondence: (id) => Promise.resolve(letters.get(id) ?? letters.get('*') ?? null),
    sign: (value) => createHmac('sha256', 'a key of this test').update(value).digest('hex'),
    memory: {
      read: (name) => Promise.resolve(values.get(name) ?? null),
      exclusively(name, act) {
        const write = (next: string): Promise<void> => Promise.resolve(void values.set(name, next));
        const result = turn.then(() => act(values.get(name) ?? null, write));
        turn = result.catch(() => undefined);
        return result;
      },
    },
  };
}
