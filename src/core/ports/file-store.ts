import type { AttachmentKind } from '../model/attachment.ts';
import type { AccountId } from '../model/ids.ts';

/** A file to be fetched, leased to this instance. */
export interface FileJob {
  id: string;
  accountId: AccountId;
  kind: AttachmentKind;
  /** What the channel fetches it by. */
  remote: Readonly<Record<string, unknown>>;
  /** As the platform said; null: not known. */
  sizeBytes: number | null;
  /** This one included. */
  attempt: number;
}

/** What fetching came to. */
export type FileSettlement =
  | {
      state: 'stored';
      blobId: string;
      sizeBytes: number;
      /** What the bytes are; null: nothing that is known by its first bytes. */
      detectedMime: string | null;
      /** Pixels; null: no picture. */
      width: number | null;
      height: number | null;
      previewBlobId: string | null;
      previewWidth: number | null;
      previewHeight: number | null;
    }
  /** `uncounted`: no attempt that brought nothing; does not count towards giving up. */
  | { state: 'waiting'; reason: string; retryMs: number; uncounted?: true }
  | { state: 'refused' | 'gone' | 'failed'; reason: string };

/** The store's side of fetching files: rows decide, a process that dies leaves its lease to others. */
export interface FileStore {
  /** @param working files this process fetches now: whatever else is leased to it was claimed by a call whose answer was lost */
  claim(limit: number, working: readonly string[]): Promise<FileJob[]>;
  /** False when the lease is somebody else's by now, or the file was erased meanwhile. */
  settle(id: string, outcome: FileSettlement): Promise<boolean>;
}
