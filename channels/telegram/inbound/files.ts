import type { AttachmentKind, InboundAttachment } from '../../../src/core/model/attachment.ts';
import { standInOf } from '../../../src/core/rules/message-words.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a message that hold a file, in the order in which they are looked for: a GIF comes as a document too. */
const FILE_FIELDS: readonly { field: string; kind: AttachmentKind; mime: string | null }[] = [
  { field: 'animation', kind: 'animation', mime: 'video/mp4' },
  { field: 'video', kind: 'video', mime: 'video/mp4' },
  { field: 'audio', kind: 'audio', mime: 'audio/mpeg' },
  { field: 'voice', kind: 'voice', mime: 'audio/ogg' },
  { field: 'video_note', kind: 'videoNote', mime: 'video/mp4' },
  { field: 'sticker', kind: 'sticker', mime: null },
  { field: 'document', kind: 'document', mime: null },
];

/** Longest file name and MIME type we keep, UTF-16 units. */
const MAX_NAME = 200;
const MAX_MIME = 100;

/** Counts and sizes below zero, and such that no column takes, are nobody's. */
function sizeOf(value: unknown, max: number): number | null {
  const number = integerOf(value);
  return number !== null && number >= 0 && number <= max ? number : null;
}

const MAX_INT = 2_147_483_647;

/** What Telegram says of one file (core.telegram.org/bots/api#document and its relatives); null when it has no id. */
function readFile(fields: Fields | null, kind: AttachmentKind, mime: string | null): InboundAttachment | null {
  const fileId = stringOf(fields?.['file_id']);
  if (fields === null || fileId === null || fileId === '') return null;
  const seconds = sizeOf(fields['duration'], MAX_INT);
  // A video note is round: its width and height are `length`.
  const length = sizeOf(fields['length'], MAX_INT);
  const named = nameLine(stringOf(fields['file_name']) ?? '', MAX_NAME);
  const claimed = nameLine(stringOf(fields['mime_type']) ?? '', MAX_MIME);
  const unique = stringOf(fields['file_unique_id'])?.toWellFormed();
  return {
    kind,
    fileName: named === '' ? null : named,
    mime: claimed === '' ? mime : claimed,
    sizeBytes: sizeOf(fields['file_size'], Number.MAX_SAFE_INTEGER),
    width: sizeOf(fields['width'], MAX_INT) ?? length,
    height: sizeOf(fields['height'], MAX_INT) ?? length,
    durationMs: seconds === null ? null : seconds * 1_000,
    uniqueRef: unique === undefined || unique === '' ? null : unique.slice(0, 200),
    remote: { fileId: fileId.toWellFormed() },
  };
}

/** The largest of a photo's sizes: the others are the same picture, smaller. */
function readPhoto(sizes: unknown): InboundAttachment | null {
  if (!Array.isArray(sizes)) return null;
  let best: InboundAttachment | null = null;
  for (const size of sizes.slice(0, 20)) {
    const file = readFile(recordOf(size), 'photo', 'image/jpeg');
    if (file === null) continue;
    if (best === null || (file.width ?? 0) * (file.height ?? 0) > (best.width ?? 0) * (best.height ?? 0)) best = file;
  }
  return best;
}

function stickerMime(sticker: Fields | null): string {
  if (sticker?.['is_video'] === true) return 'video/webm';
  return sticker?.['is_animated'] === true ? 'application/x-tgsticker' : 'image/webp';
}

/** The file a message carries, or null. */
export function fileOf(message: Fields): InboundAttachment | null {
  if ('photo' in message) return readPhoto(message['photo']);
  for (const { field, kind, mime } of FILE_FIELDS) {
    if (!(field in message)) continue;
    const fields = recordOf(message[field]);
    return readFile(fields, kind, kind === 'sticker' ? stickerMime(fields) : mime);
  }
  return null;
}

/** What stands for a file in texts. */
export function fileWords(file: InboundAttachment, message: Fields): string {
  return standInOf(file.kind, detailOf(file, message));
}

function detailOf({ kind, fileName }: InboundAttachment, message: Fields): string | null {
  if (kind === 'audio') return nameLine(stringOf(recordOf(message['audio'])?.['title']) ?? fileName ?? '', 100);
  if (kind === 'sticker') return nameLine(stringOf(recordOf(message['sticker'])?.['emoji']) ?? '', 20);
  return kind === 'document' ? fileName : null;
}
