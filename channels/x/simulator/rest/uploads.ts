import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { Media } from '../world.ts';
import { ApiError, invalidRequest, notFound } from './errors.ts';

const MB = 1_048_576;
/** By the last part of the category (docs.x.com, "Media best practices"). */
const MOST_BYTES: Readonly<Record<string, number>> = { image: 5 * MB, gif: 15 * MB, video: 512 * MB };
const CATEGORY = /^(tweet|dm)_(image|gif|video)$/u;
const TYPES: Readonly<Record<string, RegExp>> = {
  image: /^image\/(?:jpeg|png|webp|bmp|pjpeg|tiff)$/u,
  gif: /^image\/gif$/u,
  video: /^video\/(?:mp4|webm|mp2t|quicktime)$/u,
};
const KEY_PREFIX: Readonly<Record<string, string>> = { image: '3', gif: '16', video: '13' };
const LIFE_S = 86_400;
const MOST_PIECES = 1_000;

/** A file of the account's, on its way or there. */
export interface Upload {
  id: string;
  category: string;
  mime: string;
  totalBytes: number;
  pieces: Map<number, Uint8Array>;
  /** Null: not all of it is there yet. */
  bytes: Uint8Array | null;
  readyAtMs: number;
  untilMs: number;
}

/** Uploads in pieces: begun, added to, ended, looked through. */
export interface Uploads {
  begin(asked: Readonly<Record<string, unknown>>): Upload;
  append(id: string, index: number, bytes: Uint8Array): void;
  end(id: string): Upload;
  find(id: string): Upload;
  /** A file that is there and fits. @throws {ApiError} */
  take(id: string, use: 'tweet' | 'dm'): Upload;
  /** What is told of one: what it is, and how far it has come. */
  view(upload: Upload): Record<string, unknown>;
}

export function createUploads(clock: PlatformClock, newId: () => string, processingMs: () => number): Uploads {
  const uploads = new Map<string, Upload>();

  function find(id: string): Upload {
    const upload = uploads.get(id);
    if (upload === undefined || upload.untilMs < clock.nowMs())
      throw notFound(`Could not find media with id: [${id}].`);
    return upload;
  }

  return {
    find,
    begin({ media_category: category, media_type: mime, total_bytes: totalBytes }) {
      const [, , kind = ''] = CATEGORY.exec(typeof category === 'string' ? category : '') ?? [];
      if (typeof category !== 'string' || kind === '') throw invalidRequest('$.media_category is none of the known');
      if (typeof mime !== 'string' || TYPES[kind]?.test(mime) !== true) {
        throw invalidRequest(`$.media_type does not fit ${category}`);
      }
      if (typeof totalBytes !== 'number' || !Number.isSafeInteger(totalBytes) || totalBytes < 1) {
        throw invalidRequest('$.total_bytes: is missing or no number');
      }
      if (totalBytes > (MOST_BYTES[kind] ?? 0)) throw invalidRequest(`File size exceeds ${MOST_BYTES[kind]} bytes.`);
      const id = newId();
      const untilMs = clock.nowMs() + LIFE_S * 1_000;
      const upload = { id, category, mime, totalBytes, pieces: new Map(), bytes: null, readyAtMs: 0, untilMs };
      uploads.set(id, upload);
      return upload;
    },
    append(id, index, bytes) {
      const upload = find(id);
      if (upload.bytes !== null) throw invalidRequest('the upload is finalized already');
      if (!Number.isInteger(index) || index < 0 || index >= MOST_PIECES) {
        throw invalidRequest(`$.segment_index is between 0 and ${MOST_PIECES - 1}`);
      }
      if (bytes.byteLength > 5 * MB) throw new ApiError(413, { title: 'Request Entity Too Large', status: 413 });
      upload.pieces.set(index, bytes);
    },
    end(id) {
      const upload = find(id);
      if (upload.bytes !== null) return upload;
      const whole = Buffer.concat([...upload.pieces].sort(([one], [other]) => one - other).map(([, bytes]) => bytes));
      if (whole.length !== upload.totalBytes) {
        throw invalidRequest(
          `Segments do not add up to provided total file size: ${whole.length} of ${upload.totalBytes}.`,
        );
      }
      upload.bytes = whole;
      upload.pieces.clear();
      upload.readyAtMs = clock.nowMs() + (upload.category.endsWith('image') ? 0 : processingMs());
      return upload;
    },
    take(id, use) {
      const upload = uploads.get(id);
      if (upload?.bytes === null || upload === undefined || upload.untilMs < clock.nowMs()) {
        throw invalidRequest('Your media IDs are invalid.');
      }
      if (!upload.category.startsWith(`${use}_`))
        throw invalidRequest(`media of the category ${upload.category} cannot be used here`);
      if (upload.readyAtMs > clock.nowMs()) throw invalidRequest('the media is still being processed');
      return upload;
    },
    view(upload) {
      const leftMs = upload.readyAtMs - clock.nowMs();
      const [, , kind = ''] = CATEGORY.exec(upload.category) ?? [];
      const processing =
        kind === 'image' || upload.bytes === null
          ? {}
          : leftMs > 0
            ? {
                processing_info: {
                  state: 'in_progress',
                  // Whole seconds, unless the simulator was told to be faster than that.
                  check_after_secs: leftMs > 500 ? Math.ceil(leftMs / 1_000) : leftMs / 1_000,
                  progress_percent: 50,
                },
              }
            : { processing_info: { state: 'succeeded', progress_percent: 100 } };
      return {
        id: upload.id,
        media_key: `${KEY_PREFIX[kind] ?? '3'}_${upload.id}`,
        expires_after_secs: LIFE_S,
        ...(upload.bytes === null ? {} : { size: upload.bytes.byteLength, ...processing }),
      };
    },
  };
}

/** The file as a post or message shows it. */
export function mediaOf({ id, category, mime, bytes }: Upload): Media {
  const [, , kind = ''] = CATEGORY.exec(category) ?? [];
  return {
    id,
    key: `${KEY_PREFIX[kind] ?? '3'}_${id}`,
    type: kind === 'video' ? 'video' : kind === 'gif' ? 'animated_gif' : 'photo',
    mime,
    width: 640,
    height: 480,
    durationMs: kind === 'video' ? 1_000 : null,
    fileName: `${id}.${EXTENSIONS[mime] ?? 'bin'}`,
    bytes: bytes ?? new Uint8Array(),
  };
}

/** Endings of the names under which files are given out. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'mp4',
  'video/mp4': 'mp4',
};
