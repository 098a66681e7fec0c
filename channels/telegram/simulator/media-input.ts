import type { Content } from './contents.ts';
import type { FileKind, FileSpec } from './file-kinds.ts';
import type { StoredFile } from './file-store.ts';
import { imageSize } from './image-size.ts';
import { makeContent } from './media-making.ts';
import type { MethodContext } from './method.ts';
import { integerParameter, type Parameters } from './request-body.ts';
import { badRequest, type Refusal } from './text-checks.ts';
import { UploadedFile } from './uploads.ts';

/** Kinds a bot can send by a method of their own. */
export type SendableKind = Exclude<FileKind, 'thumbnail'>;

/** A file as it goes into a message: the message's fields for it, without caption. */
export interface MediaInput {
  file: StoredFile;
  fields: Readonly<Record<string, unknown>>;
}

const MAX_PHOTO_BYTES = 10 * 1_024 * 1_024;
const MAX_PHOTO_SIDES = 10_000;
const MAX_PHOTO_RATIO = 20;
/** As the real server names them in its errors (tdlib/td, FileType). */
const TYPE_NAMES: Readonly<Record<FileKind, string>> = {
  photo: 'Photo',
  document: 'Document',
  video: 'Video',
  animation: 'Animation',
  audio: 'Audio',
  voice: 'VoiceNote',
  video_note: 'VideoNote',
  sticker: 'Sticker',
  thumbnail: 'Thumbnail',
};
/** The real server goes by the name's ending when the sender gives no type, as most libraries do. */
const MIME_BY_ENDING: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  zip: 'application/zip',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
};

/**
 * Reads one file to send. `value` is an upload, a `file_id`, an address, or `attach://name` of another part of the form;
 * `about` has the file's other parameters (width, duration …).
 */
export function readMedia(
  value: unknown,
  kind: SendableKind,
  about: Parameters,
  form: Parameters,
  context: MethodContext,
): MediaInput | { refusal: Refusal } {
  const attached = typeof value === 'string' && value.startsWith('attach://') ? form[value.slice(9)] : value;
  if (attached instanceof UploadedFile) return takeUpload(attached, kind, about, context);
  if (typeof attached !== 'string' || attached === '')
    return { refusal: badRequest(`there is no ${kind} in the request`) };
  return /^https?:\/\//iu.test(attached) ? takeUrl(attached, kind, context) : takeKnown(attached, kind, context);
}

function takeUpload(
  upload: UploadedFile,
  kind: SendableKind,
  about: Parameters,
  context: MethodContext,
): MediaInput | { refusal: Refusal } {
  if (upload.sizeBytes === 0) return { refusal: badRequest('file must be non-empty') };
  const ending = /\.([a-z0-9]+)$/iu.exec(upload.name)?.[1]?.toLowerCase() ?? '';
  const given = upload.mime === 'application/octet-stream' ? null : upload.mime;
  const mime = given ?? MIME_BY_ENDING[ending];
  const { sizeBytes, sha256, name, bytes } = upload;
  const spec: FileSpec = {
    sizeBytes,
    sha256,
    ...(name === '' ? {} : { name }),
    ...(mime === undefined ? {} : { mime }),
    ...(bytes === null ? {} : { bytes }),
  };
  if (kind !== 'photo') return taken({ kind, file: spec, ...frameOf(about, kind) }, context);
  if (sizeBytes > MAX_PHOTO_BYTES) {
    const limit = `the maximum size is ${MAX_PHOTO_BYTES} bytes`;
    return { refusal: badRequest(`file of size ${sizeBytes} bytes is too big for a photo; ${limit}`) };
  }
  const size = imageSize(upload.head);
  if (size === null) return { refusal: badRequest('IMAGE_PROCESS_FAILED') };
  const { width, height } = size;
  const ratio = Math.max(width, height) / Math.max(1, Math.min(width, height));
  if (width + height > MAX_PHOTO_SIDES || ratio > MAX_PHOTO_RATIO || Math.min(width, height) < 1) {
    return { refusal: badRequest('PHOTO_INVALID_DIMENSIONS') };
  }
  return taken({ kind: 'photo', file: spec, width, height }, context);
}

function takeUrl(address: string, kind: SendableKind, context: MethodContext): MediaInput | { refusal: Refusal } {
  if (!context.takesFileUrls || !URL.canParse(address)) {
    return { refusal: badRequest('wrong file identifier/HTTP URL specified') };
  }
  const name = new URL(address).pathname.split('/').at(-1) ?? '';
  return taken({ kind, file: name === '' ? {} : { name } }, context);
}

function takeKnown(fileId: string, kind: SendableKind, context: MethodContext): MediaInput | { refusal: Refusal } {
  const file = context.files.find(context.bot.id, fileId);
  if (file === null) return { refusal: badRequest('wrong file identifier/HTTP URL specified') };
  if (file.kind !== kind) {
    return { refusal: badRequest(`can't use file of type ${TYPE_NAMES[file.kind]} as ${TYPE_NAMES[kind]}`) };
  }
  return { file, fields: file.fields };
}

function taken(content: Content, { files, bot }: MethodContext): MediaInput | { refusal: Refusal } {
  const { fields, file } = makeContent(files, bot.id, content);
  return file === null ? { refusal: badRequest('file must be non-empty') } : { file, fields };
}

function frameOf(about: Parameters, kind: SendableKind): { width?: number; height?: number; durationSeconds?: number } {
  if (kind === 'document' || kind === 'sticker') return {};
  const width = integerParameter(about['width']);
  const height = integerParameter(about['height']);
  const duration = integerParameter(about['duration']);
  return {
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(duration === null ? {} : { durationSeconds: duration }),
  };
}
