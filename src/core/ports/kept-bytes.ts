import type { FileSettlement } from './file-store.ts';

/** A kept file as it is described to the store. */
export type KeptFile = Extract<FileSettlement, { state: 'stored' }>;

/** What keeping an upload came to. `cut`: what was to be kept ended before its end; in both other cases nothing stays. */
export type KeepOutcome = { kind: 'kept'; file: KeptFile } | { kind: 'too_large' } | { kind: 'cut' };

/** The bytes of files, for those who hand them out and take them in. */
export interface KeptBytes {
  /** Size of the content, bytes; null: it is not there. */
  sizeOf(blobId: string): Promise<number | null>;
  /** The content a piece at a time, from `start` up to but without `end`. Throws while reading when it was changed. */
  open(blobId: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>;
  /** Keeps what comes, a piece at a time and never whole in memory, and tells what it is. */
  keep(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<KeepOutcome>;
}
