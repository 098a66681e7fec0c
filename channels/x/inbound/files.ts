import type { AttachmentKind, InboundAttachment } from '../../../src/core/model/attachment.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { type Fields, type Included, recordsIn } from './event.ts';

/** A post holds four files, a message one. */
const MAX_FILES = 10;
const MAX_INT = 2_147_483_647;
const KINDS: Readonly<Record<string, AttachmentKind>> = {
  photo: 'photo',
  animated_gif: 'animation',
  video: 'video',
  audio: 'voice',
};
const TYPES: Readonly<Record<string, string>> = { 3: 'photo', 5: 'video', 7: 'video', 13: 'video', 16: 'animated_gif' };
const MIMES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  mp4: 'video/mp4',
};
/** Where X keeps files. A link to anywhere else is nobody's file, and nothing we should ask for. */
const HOSTS = new Set(['pbs.twimg.com', 'video.twimg.com', 'ton.twitter.com', 'ton.x.com']);
/** A file of a direct message: the message, the file, its name (download-dm-media). */
const DIRECT_FILE = /\/dm\/(\d{1,20})\/(\d{1,20})\/([\w.-]{1,100})$/u;
const MEDIA_KEY = /^\d{1,3}_\d{1,20}$/u;

/** The message a file came with. */
export interface FileOwner {
  kind: 'post' | 'direct';
  id: string;
}

/** The files a post or message names. One that did not come along is still known by its key. */
export function mediaOf(message: Fields, included: Included): Fields[] {
  const keys: unknown = recordOf(message['attachments'])?.['media_keys'];
  return (Array.isArray(keys) ? keys.slice(0, 20) : []).flatMap((key: unknown): Fields[] =>
    typeof key === 'string' ? [included.media.get(key) ?? { media_key: key, type: typeOfKey(key) }] : [],
  );
}

/** Keys begin with what the file is. */
function typeOfKey(key: string): string {
  const [prefix = ''] = key.split('_');
  return TYPES[prefix] ?? 'unknown';
}

/** The files of a message, in order. Kept is where to ask for them: never a query, which may hold a token. */
export function filesOf(media: readonly Fields[], owner: FileOwner): InboundAttachment[] {
  return media.slice(0, MAX_FILES).flatMap((one) => fileOf(one, owner) ?? []);
}

function fileOf(media: Fields, owner: FileOwner): InboundAttachment | null {
  const type = stringOf(media['type']) ?? '';
  // What X adds one day is a file all the same.
  const kind = (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? 'document';
  const mediaKey = keyOf(media);
  const place = placeOf(media, kind);
  if (mediaKey === null && place === null) return null;
  const direct = owner.kind === 'direct' ? DIRECT_FILE.exec(place?.path ?? '') : null;
  const size = sizeOf(media);
  return {
    kind,
    fileName: null,
    mime: kind === 'voice' ? null : (MIMES[/\.(\w{1,5})$/u.exec(place?.path ?? '')?.[1]?.toLowerCase() ?? ''] ?? null),
    sizeBytes: null,
    ...size,
    durationMs: numberOf(media['duration_ms']) ?? numberOf(infoOf(media)?.['duration_millis']),
    uniqueRef: mediaKey ?? place?.path ?? null,
    remote: {
      [owner.kind === 'post' ? 'postId' : 'messageId']: direct?.[1] ?? owner.id,
      ...(mediaKey === null ? {} : { mediaKey }),
      ...(direct === null ? {} : { mediaId: direct[2], resourceId: direct[3] }),
      ...place,
    },
  };
}

function keyOf(media: Fields): string | null {
  const given = stringOf(media['media_key']);
  if (given !== null && MEDIA_KEY.test(given)) return given;
  const id = stringOf(media['id_str']);
  return id !== null && /^\d{1,20}$/u.test(id) ? `3_${id}` : null;
}

/** Of a video the best that is one file; of a picture the picture. */
function placeOf(media: Fields, kind: AttachmentKind): { host: string; path: string } | null {
  const variants = recordsIn(media['variants'] ?? infoOf(media)?.['variants'], 20)
    .filter((one) => one['content_type'] === 'video/mp4')
    .sort((one, other) => rateOf(other) - rateOf(one));
  const moving = kind === 'video' || kind === 'animation';
  const candidates = moving ? variants.map((one) => one['url']) : [media['url'], media['media_url_https']];
  for (const candidate of candidates) {
    const place = ownPlace(candidate);
    if (place !== null) return place;
  }
  return null;
}

function ownPlace(link: unknown): { host: string; path: string } | null {
  if (typeof link !== 'string' || !URL.canParse(link)) return null;
  const { protocol, host, pathname } = new URL(link);
  return protocol === 'https:' && HOSTS.has(host) && pathname.length <= 1_000 ? { host, path: pathname } : null;
}

function infoOf(media: Fields): Fields | undefined {
  return recordsIn([media['video_info']])[0];
}

function rateOf(variant: Fields): number {
  return integerOf(variant['bit_rate']) ?? integerOf(variant['bitrate']) ?? 0;
}

function sizeOf(media: Fields): { width: number | null; height: number | null } {
  const original = recordsIn([media['original_info']])[0];
  return {
    width: numberOf(media['width']) ?? numberOf(original?.['width']),
    height: numberOf(media['height']) ?? numberOf(original?.['height']),
  };
}

function numberOf(value: unknown): number | null {
  const number = integerOf(value);
  return number !== null && number >= 0 && number <= MAX_INT ? number : null;
}
