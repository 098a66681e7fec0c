/** What a file in a message is, as the platform showed it to whoever sent it. */
export const ATTACHMENT_KINDS = [
  'photo',
  'video',
  'animation',
  'audio',
  'voice',
  'videoNote',
  'document',
  'sticker',
] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/**
 * The life of a file. `waiting`: to be fetched (again) by a worker. `stored`: its bytes are in the blob store. `refused`: not
 * fetched by our own rules (too large, of a blocked contact, of a flood); an agent may ask for it. `gone`: the platform does not
 * have it any more. `failed`: given up after many attempts; an agent may ask again. `erased`: retention or a request removed it.
 */
export const ATTACHMENT_STATES = ['waiting', 'stored', 'refused', 'gone', 'failed', 'erased'] as const;
export type AttachmentState = (typeof ATTACHMENT_STATES)[number];

/** What is known of a file without having it. Sizes in pixels, bytes and ms; null: the platform did not say. */
export interface FileFacts {
  kind: AttachmentKind;
  /** As the sender named it; one harmless line. Never used as a path. */
  fileName: string | null;
  /** As the platform claims; the truth is in the bytes. */
  mime: string | null;
  sizeBytes: number | null;
  width: number | null;
  height: number | null;
  durationMs: number | null;
}

/**
 * What a file is to its message. `inline`: stands in the formatted text, found there by `contentId`; `html`: the formatted text
 * itself, sanitised; `original`: the whole message as it came. Agents see only `file` in lists of files.
 */
export const ATTACHMENT_ROLES = ['file', 'inline', 'html', 'original'] as const;
export type AttachmentRole = (typeof ATTACHMENT_ROLES)[number];

/** A file of a message on its way in. Its bytes are fetched later: text never waits for them. */
export interface InboundAttachment extends FileFacts {
  /** Stays the same for the same content; tells whether an edit replaced the file. Null: the platform has none. */
  uniqueRef: string | null;
  /**
   * What the channel needs to fetch it; a JSON object only that channel reads. Never a link with a token in it. `{heldBlob}` alone:
   * the channel had the bytes already and has put them into our store.
   */
  remote: Readonly<Record<string, unknown>>;
  /** Left out: `file`. */
  role?: AttachmentRole;
  /** By what the formatted text names it (RFC 2392), without brackets. */
  contentId?: string;
  /** The bytes themselves, of text the guard has been over; kept before the message is stored. Instead of `remote`. */
  content?: string;
}

/** A file of ours on its way out: already kept in the blob store. */
export interface OutboundAttachment extends FileFacts {
  /** Row id of the attachment. */
  id: string;
  blobId: string;
  sizeBytes: number;
}

/** A file as agents see it in a message. */
export interface AttachmentShown extends FileFacts {
  id: string;
  state: AttachmentState;
  /** Why it is not `stored`, in our own words for machines: `too_large`, `blocked`, `flood`, `expired`, … */
  reason: string | null;
  /** There is a preview made by us: `GET /api/v1/attachments/{id}/preview`. Its size in pixels. */
  preview: { width: number; height: number } | null;
  role: AttachmentRole;
  contentId: string | null;
  /** Words under this file alone; of albums with several captions. */
  caption: string | null;
}

/** Bytes of a file on its way from a platform. */
export interface RemoteFile {
  /** From `offset` on. Ends early (with an error) when the connection does; what came is kept and asked for no more. */
  body: AsyncIterable<Uint8Array>;
  /** Where the body begins: 0 when the platform cannot resume, whatever was asked for. */
  offset: number;
  /** Of the whole file, where the platform says so. */
  totalBytes: number | null;
}

/** What asking for a file came to. */
export type FetchOutcome =
  | { kind: 'file'; file: RemoteFile }
  | { kind: 'too_large'; reason: string }
  /** The platform does not have it any more, or will never hand it out. */
  | { kind: 'gone'; reason: string }
  /** Try again, not before `retryAfterMs`. */
  | { kind: 'transient'; reason: string; retryAfterMs?: number }
  /** The token is refused: wait for a person. */
  | { kind: 'auth'; reason: string };
