import { withoutUndefined } from '../../shared/without-undefined.ts';
import { type FileKind, type FileSpec, MIME_TYPES } from './file-kinds.ts';

/** What a caption needs; entities count UTF-16 units, as everywhere in the Bot API. */
export interface Caption {
  caption?: string;
  captionEntities?: readonly object[];
  captionAbove?: boolean;
  spoiler?: boolean;
}

interface WithFile extends Caption {
  file?: FileSpec;
}

interface Place {
  latitude: number;
  longitude: number;
}

/** Everything a message can hold, besides what is about the message itself. `raw` takes any fields, known or not. */
export type Content =
  | { kind: 'text'; text: string; entities?: readonly object[] }
  /** `width` × `height` of the largest of the sizes. */
  | (WithFile & { kind: 'photo'; width?: number; height?: number })
  | (WithFile & { kind: 'document'; thumbnail?: boolean })
  | (WithFile & { kind: 'video'; width?: number; height?: number; durationSeconds?: number })
  | (WithFile & { kind: 'animation'; width?: number; height?: number; durationSeconds?: number })
  | (WithFile & { kind: 'audio'; durationSeconds?: number; performer?: string; title?: string })
  | (WithFile & { kind: 'voice'; durationSeconds?: number })
  | { kind: 'video_note'; file?: FileSpec; diameter?: number; durationSeconds?: number }
  | { kind: 'sticker'; file?: FileSpec; emoji?: string; setName?: string; format?: 'static' | 'animated' | 'video' }
  | (Place & { kind: 'location'; accuracyMeters?: number; livePeriodSeconds?: number; heading?: number })
  | (Place & { kind: 'venue'; title: string; address: string })
  | { kind: 'contact'; phoneNumber: string; firstName: string; lastName?: string; userId?: number; vcard?: string }
  | { kind: 'poll'; id?: string; question: string; options: readonly string[]; anonymous?: boolean; quiz?: boolean }
  | { kind: 'dice'; emoji?: string; value?: number }
  | { kind: 'raw'; fields: Readonly<Record<string, unknown>> };

/** What the platform says about every file. */
export interface FileFields {
  file_id: string;
  file_unique_id: string;
  file_size: number;
}

/** Takes a file in and tells its ids. */
export type TakeFile = (spec: FileSpec, kind: FileKind) => FileFields;

type Fields = Record<string, unknown>;

const DEFAULT_PHOTO = { width: 1280, height: 960 };
const DEFAULT_VIDEO = { width: 640, height: 360, durationSeconds: 12 };
/** Longest sides of the smaller copies the platform makes of a photo, and the bytes a made up copy has. */
const PHOTO_SIZES = [
  { side: 90, sizeBytes: 1_400 },
  { side: 320, sizeBytes: 18_000 },
  { side: 800, sizeBytes: 81_000 },
];
const STICKER_MIME = { static: 'image/webp', animated: 'application/x-tgsticker', video: 'video/webm' };

/** The fields a message has for this content (Bot API, Message). Every file named in it goes through `take`. */
export function contentFields(content: Content, take: TakeFile): Fields {
  switch (content.kind) {
    case 'text':
      return { text: content.text, ...(content.entities === undefined ? {} : { entities: content.entities }) };
    case 'photo':
      return { photo: photoSizes(content, take), ...captionFields(content) };
    case 'document':
      return { document: documentOf(content, take), ...captionFields(content) };
    case 'video':
      return { video: { ...frameOf(content), ...fileOf(content.file, 'video', take) }, ...captionFields(content) };
    case 'animation':
      return animationFields(content, take);
    case 'audio': {
      const { durationSeconds = 180, performer, title } = content;
      const about = { duration: durationSeconds, ...withoutUndefined({ performer, title }) };
      return { audio: { ...about, ...fileOf(content.file, 'audio', take) }, ...captionFields(content) };
    }
    case 'voice': {
      const about = { duration: content.durationSeconds ?? 4 };
      // A voice message has no name.
      return { voice: { ...about, ...unnamedFile(content.file, 'voice', take) }, ...captionFields(content) };
    }
    case 'video_note': {
      const about = { duration: content.durationSeconds ?? 6, length: content.diameter ?? 384 };
      return { video_note: { ...about, ...take(content.file ?? {}, 'video_note') } };
    }
    case 'sticker':
      return { sticker: stickerOf(content, take) };
    case 'dice':
      return { dice: { emoji: content.emoji ?? '🎲', value: content.value ?? 4 } };
    case 'raw':
      return { ...content.fields };
    default:
      return sharedFields(content);
  }
}

/** Content without files: places, people, polls. */
function sharedFields(content: Extract<Content, { kind: 'location' | 'venue' | 'contact' | 'poll' }>): Fields {
  switch (content.kind) {
    case 'location': {
      const { accuracyMeters, livePeriodSeconds, heading } = content;
      const more = { horizontal_accuracy: accuracyMeters, live_period: livePeriodSeconds, heading };
      return { location: { ...placeOf(content), ...withoutUndefined(more) } };
    }
    case 'venue': {
      const location = placeOf(content);
      // The place comes twice: a client that knows no venues shows the location.
      return { location, venue: { location, title: content.title, address: content.address } };
    }
    case 'contact': {
      const { phoneNumber, firstName, lastName, userId, vcard } = content;
      const more = { last_name: lastName, user_id: userId, vcard };
      return { contact: { phone_number: phoneNumber, first_name: firstName, ...withoutUndefined(more) } };
    }
    case 'poll':
      return { poll: pollOf(content) };
    default:
      throw new TypeError(`no content of kind ${String(content satisfies never)}`);
  }
}

function photoSizes(content: Extract<Content, { kind: 'photo' }>, take: TakeFile): Fields[] {
  const { width = DEFAULT_PHOTO.width, height = DEFAULT_PHOTO.height, file = {} } = content;
  const longest = Math.max(width, height);
  const smaller = PHOTO_SIZES.filter(({ side }) => side < longest).map(({ side, sizeBytes }) => {
    const scale = side / longest;
    const made = take({ sizeBytes, seed: (file.seed ?? 0) + side }, 'photo');
    return {
      ...made,
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
  });
  return [...smaller, { ...take(file, 'photo'), width, height }];
}

function documentOf(content: Extract<Content, { kind: 'document' }>, take: TakeFile): Fields {
  const thumbnail =
    content.thumbnail === true
      ? { thumbnail: { ...take({ sizeBytes: 9_000, seed: 320 }, 'thumbnail'), width: 320, height: 240 } }
      : {};
  return {
    ...fileOf(content.file ?? { name: 'document.pdf', mime: 'application/pdf' }, 'document', take),
    ...thumbnail,
  };
}

/** A GIF: the same file again as a document, for clients that know no animations. */
function animationFields(content: Extract<Content, { kind: 'animation' }>, take: TakeFile): Fields {
  const file = fileOf(content.file ?? { name: 'animation.mp4' }, 'animation', take);
  return { animation: { ...frameOf(content), ...file }, document: file, ...captionFields(content) };
}

function stickerOf(content: Extract<Content, { kind: 'sticker' }>, take: TakeFile): Fields {
  const { format = 'static', emoji = '👍', setName } = content;
  const file = take({ mime: STICKER_MIME[format], ...content.file }, 'sticker');
  return {
    width: 512,
    height: 512,
    type: 'regular',
    is_animated: format === 'animated',
    is_video: format === 'video',
    emoji,
    ...withoutUndefined({ set_name: setName }),
    ...file,
  };
}

function pollOf(content: Extract<Content, { kind: 'poll' }>): Fields {
  return {
    id: content.id ?? '5300000000000000001',
    question: content.question,
    options: content.options.map((text, index) => ({ persistent_id: String(index), text, voter_count: 0 })),
    total_voter_count: 0,
    is_closed: false,
    is_anonymous: content.anonymous ?? true,
    type: content.quiz === true ? 'quiz' : 'regular',
    allows_multiple_answers: false,
  };
}

/** The caption's own fields; absent ones stay absent, as the platform leaves them out. */
export function captionFields({ caption, captionEntities, captionAbove, spoiler }: Caption): Fields {
  return withoutUndefined({
    caption: caption === '' ? undefined : caption,
    caption_entities: captionEntities?.length === 0 ? undefined : captionEntities,
    show_caption_above_media: captionAbove === true ? true : undefined,
    has_media_spoiler: spoiler === true ? true : undefined,
  });
}

function fileOf(file: FileSpec = {}, kind: FileKind, take: TakeFile): Fields {
  return {
    ...withoutUndefined({ file_name: file.name }),
    mime_type: file.mime ?? MIME_TYPES[kind],
    ...take(file, kind),
  };
}

function unnamedFile(file: FileSpec = {}, kind: FileKind, take: TakeFile): Fields {
  return { mime_type: file.mime ?? MIME_TYPES[kind], ...take(file, kind) };
}

function frameOf(content: { width?: number; height?: number; durationSeconds?: number }): Fields {
  const { width = DEFAULT_VIDEO.width, height = DEFAULT_VIDEO.height } = content;
  return { duration: content.durationSeconds ?? DEFAULT_VIDEO.durationSeconds, width, height };
}

function placeOf({ latitude, longitude }: Place): Fields {
  return { latitude, longitude };
}
