import type { Capabilities } from './capabilities.ts';
import type { AttachmentKind, FileFacts } from './model/attachment.ts';

/** Whether a file can go out by a channel, and as what; pure. Sizes in bytes and pixels. */
export type OutgoingVerdict =
  | { ok: true; kind: AttachmentKind }
  | { ok: false; code: 'no_files' | 'too_large'; limitBytes: number };

const BY_MIME: Readonly<Record<string, AttachmentKind>> = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'image/webp': 'photo',
  'image/gif': 'animation',
  'video/mp4': 'video',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/x-m4a': 'audio',
};

/** What a file would be by its bytes, before any channel's limits. */
function wishOf(mime: string | null): AttachmentKind {
  return (mime === null ? undefined : BY_MIME[mime]) ?? 'document';
}

function fitsAsPhoto(
  file: Pick<FileFacts, 'width' | 'height'>,
  limits: { maxSidesSum: number; maxRatio: number } | null,
): boolean {
  if (limits === null) return true;
  const { width, height } = file;
  // A picture whose size nobody could read is none that a platform will read.
  if (width === null || height === null || width === 0 || height === 0) return false;
  return width + height <= limits.maxSidesSum && Math.max(width, height) / Math.min(width, height) <= limits.maxRatio;
}

/**
 * Says as what a file goes out: as what it is, where the channel takes it as that, else as a document. Refused before anything is
 * sent where it fits neither way.
 */
export function judgeOutgoing(
  file: Pick<FileFacts, 'mime' | 'width' | 'height'> & { sizeBytes: number },
  capabilities: Pick<Capabilities, 'media'>,
): OutgoingVerdict {
  const { media } = capabilities;
  if (media === null) return { ok: false, code: 'no_files', limitBytes: 0 };
  const wish = wishOf(file.mime);
  const limit = media.maxBytes[wish] ?? 0;
  if (file.sizeBytes <= limit && (wish !== 'photo' || fitsAsPhoto(file, media.photo))) return { ok: true, kind: wish };
  const asDocument = media.maxBytes.document ?? 0;
  if (file.sizeBytes <= asDocument) return { ok: true, kind: 'document' };
  return { ok: false, code: 'too_large', limitBytes: Math.max(asDocument, limit) };
}
