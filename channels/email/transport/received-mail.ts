/** How far a folder was taken in. Moved in the transaction that stores the mail. */
export interface Bookmark {
  /** The server's numbering of the folder; another one voids all UIDs (RFC 3501, 2.3.1.1). Decimal digits. */
  uidValidity: string;
  /** Everything up to here was taken, or was there before us. */
  lastUid: number;
  /** Everything up to here was there before us and is not ours to count. Kept as it was given. */
  firstUid?: number;
}

/** One mail as it lies on the server. */
export interface ReceivedMail {
  /** As named in the configuration; INBOX always in capitals. */
  folder: string;
  uidValidity: string;
  uid: number;
  /** When the server took it, ms since the epoch. */
  internalDateMs: number;
  sizeBytes: number;
  /** The whole mail; null when it is larger than `maxMailBytes`. */
  raw: Buffer | null;
  /** With `raw` null: its header block, at most 256 kB of it; null where the server lists the mail but does not give it: park it. */
  head: Buffer | null;
  /** 1 to 3: how often this mail was handed over because it could not be read. At 3 whoever takes it parks it. */
  attempt: number;
}

/** What the transport needs of the gateway. */
export interface MailIntake {
  bookmarks: {
    read(folder: string): Promise<Bookmark | null>;
    /** Sets where a folder begins: at its first start, and when its numbering changed. */
    write(folder: string, bookmark: Bookmark): Promise<void>;
  };
  /**
   * Stores one mail. Resolves after the commit that holds both the mail and `next`. May see a mail again that it stored before:
   * after a crash, and after the server renumbered a folder.
   * @throws {IngestRefused} not now: the same mail comes again after its `retryAfterMs`
   * @throws {MailUnreadable} it comes again with the next `attempt`; any other error: it comes again as it is
   */
  take(mail: ReceivedMail, next: Bookmark): Promise<void>;
  /** Which of these we hold in any way: stored, filed or parked, under this mailbox number or as a repeat. */
  known(folder: string, uidValidity: string, uids: readonly number[]): Promise<number[]>;
}
