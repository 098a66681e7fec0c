import { StoreUnavailable } from '../../../src/core/errors.ts';
import type { PlaceEntry, PlaceLog } from '../../../src/core/ports/place-log.ts';

/** What customers see, in this process alone, with troubles on demand. */
export interface MemoryPlaces extends PlaceLog {
  readonly entries: readonly PlaceEntry[];
  /** The next append: refused for sure, or written (or not) and then the connection breaks. `away`: everything, from now on. */
  fail(trouble: 'refused' | 'lost before' | 'lost after' | 'away'): void;
}

export function memoryPlaces(): MemoryPlaces {
  const entries: PlaceEntry[] = [];
  const marks = new Map<string, Record<string, number>>();
  let next: 'refused' | 'lost before' | 'lost after' | 'away' | null = null;
  const away = (): Promise<never> => Promise.reject(new StoreUnavailable('memory places', null));
  const of = (place: string) => entries.filter((entry) => entry.place === place);
  return {
    entries,
    fail: (trouble) => {
      next = trouble;
    },
    append(place, key, payload) {
      const trouble = next;
      if (trouble === 'away') return away();
      next = null;
      if (trouble === 'refused') return away();
      if (trouble === 'lost before') return Promise.reject(new Error('connection lost'));
      let entry = entries.find((one) => one.key === key);
      if (entry === undefined) {
        entry = { place, key, seq: of(place).length + 1, payload, atMs: Date.now() };
        entries.push(entry);
      }
      return trouble === 'lost after' ? Promise.reject(new Error('connection lost')) : Promise.resolve(entry);
    },
    latest(place, before, limit) {
      if (next === 'away') return away();
      const found = of(place).filter(({ seq }) => before === null || seq < before);
      return Promise.resolve(found.slice(-limit));
    },
    entry: (place, seq) =>
      next === 'away' ? away() : Promise.resolve(of(place).find((entry) => entry.seq === seq) ?? null),
    since(positions, limit) {
      if (next === 'away') return away();
      const found = entries.filter(({ place, seq }) => seq > (positions.get(place) ?? Number.POSITIVE_INFINITY));
      return Promise.resolve(found.slice(0, limit));
    },
    mark(place, name, value) {
      if (next === 'away') return away();
      const kept = marks.get(place) ?? {};
      marks.set(place, { ...kept, [name]: Math.max(kept[name] ?? -1, value) });
      return Promise.resolve();
    },
    marks: (places) =>
      next === 'away' ? away() : Promise.resolve(new Map(places.map((place) => [place, marks.get(place) ?? {}]))),
  };
}
