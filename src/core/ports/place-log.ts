/**
 * One entry of what a place shows. `seq` counts in its place, so that whoever has read up to one misses none after it, however the
 * commits came.
 */
export interface PlaceEntry {
  place: string;
  seq: number;
  /** Under which it was written. */
  key: string;
  /** A JSON object only the channel reads. */
  payload: Readonly<Record<string, unknown>>;
  /** When it was written, ms since the epoch. */
  atMs: number;
}

/** What a channel notes about a place that is no entry: how far somebody has read, who writes at this moment. Numbers only grow. */
export type PlaceMarks = Readonly<Record<string, number>>;

/**
 * What customers see, kept by us: for a channel that has no platform behind it. All reject with `StoreUnavailable` when surely nothing
 * was written; any other error leaves that open.
 */
export interface PlaceLog {
  /** Writes once per `key`, which is unique in the account; answers the entry that has it. Durable when it resolves. */
  append(place: string, key: string, payload: Readonly<Record<string, unknown>>): Promise<PlaceEntry>;
  /** The newest `limit` entries before `beforeSeq` (null: of all), oldest first. */
  latest(place: string, beforeSeq: number | null, limit: number): Promise<PlaceEntry[]>;
  entry(place: string, seq: number): Promise<PlaceEntry | null>;
  /** What stands behind each of these positions, in order within a place; at most `limit` of all. */
  since(positions: ReadonlyMap<string, number>, limit: number): Promise<PlaceEntry[]>;
  mark(place: string, name: string, value: number): Promise<void>;
  marks(places: readonly string[]): Promise<ReadonlyMap<string, PlaceMarks>>;
}
