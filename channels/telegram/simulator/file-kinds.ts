/** Kinds of file the platform tells apart; a file sent as one kind cannot be sent on as another. */
const FILE_KINDS = [
  'photo',
  'document',
  'video',
  'animation',
  'audio',
  'voice',
  'video_note',
  'sticker',
  'thumbnail',
] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/**
 * A file by its bytes, or by its size: then its content is made up as it is read, always the same for one seed. With
 * neither it has the usual size of its kind.
 */
export interface FileSpec {
  bytes?: Uint8Array;
  sizeBytes?: number;
  seed?: number;
  name?: string;
  mime?: string;
  /** Of an upload: known although the bytes may not have been kept. */
  sha256?: string;
}

/** What the platform calls the bytes of each kind when the sender does not say. */
export const MIME_TYPES: Readonly<Record<FileKind, string>> = {
  photo: 'image/jpeg',
  document: 'application/octet-stream',
  video: 'video/mp4',
  animation: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg',
  video_note: 'video/mp4',
  sticker: 'image/webp',
  thumbnail: 'image/jpeg',
};

export const USUAL_BYTES: Readonly<Record<FileKind, number>> = {
  photo: 160_000,
  document: 48_000,
  video: 900_000,
  animation: 220_000,
  audio: 2_400_000,
  voice: 18_000,
  video_note: 350_000,
  sticker: 26_000,
  thumbnail: 9_000,
};

/** Folder and ending of `file_path`, as the platform names them. */
export const PATHS: Readonly<Record<FileKind, { folder: string; ending: string }>> = {
  photo: { folder: 'photos', ending: 'jpg' },
  document: { folder: 'documents', ending: 'bin' },
  video: { folder: 'videos', ending: 'mp4' },
  animation: { folder: 'animations', ending: 'mp4' },
  audio: { folder: 'music', ending: 'mp3' },
  voice: { folder: 'voice', ending: 'oga' },
  video_note: { folder: 'video_notes', ending: 'mp4' },
  sticker: { folder: 'stickers', ending: 'webp' },
  thumbnail: { folder: 'thumbnails', ending: 'jpg' },
};
