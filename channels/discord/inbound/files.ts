import type { AttachmentKind, InboundAttachment } from '../../../src/core/model/attachment.ts';
import { standInOf } from '../../../src/core/rules/message-words.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { snowflakeOf } from '../ids.ts';
import type { Fields } from './dispatch.ts';

/** Discord takes ten files and three stickers. */
const MAX_FILES = 20;
const MAX_INT = 2_147_483_647;
const MAX_NAME = 200;
const MAX_MIME = 100;

/** Formats of stickers (resources/sticker#sticker-object-sticker-format-types); Lottie is no picture. */
const STICKER_MIME: Readonly<Record<number, string>> = {
  1: 'image/png',
  2: 'image/apng',
  3: 'application/json',
  4: 'image/gif',
};

function sizeOf(value: unknown, max = MAX_INT): number | null {
  const number = integerOf(value);
  return number !== null && number >= 0 && number <= max ? number : null;
}

function kindOf(mime: string, isVoice: boolean): AttachmentKind {
  if (isVoice) return 'voice';
  if (mime.startsWith('image/'))
    return mime === 'image/gif' ? 'animation' : /^image\/(?:png|jpe?g|webp)/u.test(mime) ? 'photo' : 'document';
  if (mime.startsWith('video/')) return 'video';
  return mime.startsWith('audio/') ? 'audio' : 'document';
}

/** One attachment (resources/message#attachment-object). Its link runs out, so only where to ask for it is kept. */
function fileOf(fields: Fields | null, where: { channelId: string; messageId: string }): InboundAttachment | null {
  const attachmentId = snowflakeOf(fields?.['id']);
  if (fields === null || attachmentId === null) return null;
  const mime = nameLine(stringOf(fields['content_type']) ?? '', MAX_MIME).toLowerCase();
  const named = nameLine(stringOf(fields['filename']) ?? '', MAX_NAME);
  const seconds = fields['duration_secs'];
  const durationMs = typeof seconds === 'number' && seconds >= 0 ? Math.round(seconds * 1_000) : null;
  return {
    kind: kindOf(mime, typeof fields['waveform'] === 'string'),
    fileName: named === '' ? null : named,
    mime: mime === '' ? null : mime,
    sizeBytes: sizeOf(fields['size'], Number.MAX_SAFE_INTEGER),
    width: sizeOf(fields['width']),
    height: sizeOf(fields['height']),
    durationMs: sizeOf(durationMs),
    uniqueRef: attachmentId,
    remote: { ...where, attachmentId },
  };
}

function stickerOf(fields: Fields | null): { file: InboundAttachment; name: string } | null {
  const stickerId = snowflakeOf(fields?.['id']);
  if (fields === null || stickerId === null) return null;
  const mime = STICKER_MIME[integerOf(fields['format_type']) ?? 0] ?? null;
  const facts = { fileName: null, mime, sizeBytes: null, width: null, height: null, durationMs: null };
  return {
    file: { kind: 'sticker', ...facts, uniqueRef: stickerId, remote: { stickerId, mime } },
    name: nameLine(stringOf(fields['name']) ?? '', 30),
  };
}

/** What a message carries besides words, and what stands for it in texts. */
export interface CarriedFiles {
  attachments: InboundAttachment[];
  words: string;
  /** Stickers alone ask for nothing. */
  onlyStickers: boolean;
}

/** The files and stickers of a message, in order. */
export function filesOf(message: Fields, where: { channelId: string; messageId: string }): CarriedFiles {
  const list = (name: string): Fields[] => {
    const given: unknown = message[name];
    return (Array.isArray(given) ? given.slice(0, MAX_FILES) : []).flatMap((one: unknown): Fields[] => {
      const fields = recordOf(one);
      return fields === null ? [] : [fields];
    });
  };
  const files = list('attachments').flatMap((one) => fileOf(one, where) ?? []);
  const stickers = list('sticker_items').flatMap((one) => stickerOf(one) ?? []);
  const [first] = files;
  const [sticker] = stickers;
  const attachments = [...files, ...stickers.map(({ file }) => file)];
  const more = attachments.length > 1 ? ` +${attachments.length - 1}` : '';
  const named = first?.kind === 'audio' || first?.kind === 'document' ? first.fileName : null;
  const words =
    first === undefined
      ? sticker === undefined
        ? ''
        : standInOf('sticker', sticker.name)
      : standInOf(first.kind, named);
  return { attachments, words: words === '' ? '' : words + more, onlyStickers: first === undefined };
}
