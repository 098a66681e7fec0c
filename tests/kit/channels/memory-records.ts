import { createHmac } from 'node:crypto';
import type { Correspondence } from '../../../src/core/model/letter.ts';
import type { AccountRecords, Bookmark } from '../../../src/core/ports/channel.ts';
import { createAccountMemory } from './account-memory.ts';
import { type MemoryPlaces, memoryPlaces } from './memory-places.ts';

/** What an account remembers, in this process alone; bookmarks and letters as a test sets them. */
export interface MemoryRecords extends AccountRecords {
  readonly bookmarks: Map<string, Bookmark>;
  readonly stored: Set<string>;
  /** Platform ids that messages of ours have. */
  readonly ours: Set<string>;
  /** By the id of the outgoing part; one for all others under `*`. */
  readonly letters: Map<string, Correspondence>;
  readonly places: MemoryPlaces;
}

/** @param bookmarks those of a process before, where there was one */
export function memoryRecords(bookmarks = new Map<string, Bookmark>()): MemoryRecords {
  const stored = new Set<string>();
  const ours = new Set<string>();
  const letters = new Map<string, Correspondence>();
  return {
    bookmarks,
    stored,
    ours,
    letters,
    places: memoryPlaces(),
    bookmark: (name) => Promise.resolve(bookmarks.get(name) ?? null),
    // As the store has it (`move_bookmark_v1`): within an epoch only forward.
    beginAt(name, next) {
      const now = bookmarks.get(name);
      if (now === undefined || now.epoch !== next.epoch || now.position < next.position) bookmarks.set(name, next);
      return Promise.resolve();
    },
    async *allBookmarks() {
      yield* [...bookmarks].map(([name, bookmark]) => ({ name, ...bookmark })).sort((a, b) => b.position - a.position);
    },
    known: (keys) => Promise.resolve(keys.filter((key) => stored.has(key))),
    taken: (externalIds) => Promise.resolve(externalIds.filter((id) => ours.has(id))),
    correspondence: (id) => Promise.resolve(letters.get(id) ?? letters.get('*') ?? null),
    sign: (value) => createHmac('sha256', 'a key of this test').update(value).digest('hex'),
    memory: createAccountMemory(),
  };
}
