import { Readable } from 'node:stream';
import type { Button } from '../../src/core/model/extras.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import { type MessageAddress, parseMessageKey, type ThreadAddress } from './ids.ts';
import type { OutgoingFile, TelegramPart } from './part.ts';

/** One call of the Bot API. `uploads`: bytes go along, so it may take longer. */
export interface ApiCall {
  method: string;
  payload: Record<string, unknown>;
  uploadBytes: number;
}

/** A file of ours is not there any more. */
export class FileGoneError extends Error {
  override readonly name = 'FileGoneError';
}

const METHOD: Readonly<Record<OutgoingFile['kind'], { method: string; field: string; album: string | null }>> = {
  photo: { method: 'sendPhoto', field: 'photo', album: 'photo' },
  video: { method: 'sendVideo', field: 'video', album: 'video' },
  animation: { method: 'sendAnimation', field: 'animation', album: null },
  audio: { method: 'sendAudio', field: 'audio', album: 'audio' },
  voice: { method: 'sendVoice', field: 'voice', album: null },
  videoNote: { method: 'sendVideoNote', field: 'video_note', album: null },
  document: { method: 'sendDocument', field: 'document', album: 'document' },
  sticker: { method: 'sendSticker', field: 'sticker', album: null },
};

/** How a part is sent. @throws {FileGoneError} before anything was written */
export async function sendCall(
  request: SendRequest,
  place: ThreadAddress,
  part: TelegramPart,
  files: FileSource,
): Promise<ApiCall> {
  const common = { ...placeOf(place), ...replyTo(request, place) };
  const [first, ...others] = part.media ?? [];
  if (first === undefined) {
    const { text, entities } = part;
    const words = entities === undefined ? { text } : { text, entities };
    return { method: 'sendMessage', payload: { ...common, ...words, ...markup(part) }, uploadBytes: 0 };
  }
  if (others.length === 0) {
    const { method, field } = METHOD[first.kind];
    const payload = { ...common, ...captionOf(part), ...factsOf(first), ...markup(part) };
    return {
      method,
      payload: { ...written(payload), [field]: await upload(first, files) },
      uploadBytes: first.sizeBytes,
    };
  }
  const all = [first, ...others];
  const media = await Promise.all(
    all.map(async (file, index) => ({
      type: METHOD[file.kind].album ?? 'document',
      media: await upload(file, files),
      ...(index === 0 ? captionOf(part) : {}),
      ...factsOf(file),
    })),
  );
  const uploadBytes = all.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { method: 'sendMediaGroup', payload: { ...written(common), media }, uploadBytes };
}

/** How a message of ours is changed. Files stay as they are; only their words change. */
export function editCall(request: SendRequest, part: TelegramPart): ApiCall {
  const target = targetPayload(request);
  if (part.media !== undefined) {
    return {
      method: 'editMessageCaption',
      payload: { ...target, ...captionOf(part), ...markup(part) },
      uploadBytes: 0,
    };
  }
  const { text, entities } = part;
  const words = entities === undefined ? { text } : { text, entities };
  return { method: 'editMessageText', payload: { ...target, ...words, ...markup(part) }, uploadBytes: 0 };
}

export function deleteCall(request: SendRequest): ApiCall {
  return { method: 'deleteMessage', payload: targetPayload(request), uploadBytes: 0 };
}

/** Reactions replace those we had; a bot has at most one, none takes it back. */
export function reactCall(request: SendRequest, part: TelegramPart): ApiCall {
  const emoji = part.text.trim();
  const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }];
  return { method: 'setMessageReaction', payload: { ...targetPayload(request), reaction }, uploadBytes: 0 };
}

/** Chat, topic and business connection, as every sending call takes them. */
export function placeOf(place: ThreadAddress): Record<string, unknown> {
  return {
    chat_id: place.chatId,
    ...(place.topicId === undefined ? {} : { message_thread_id: place.topicId }),
    ...(place.businessId === undefined ? {} : { business_connection_id: place.businessId }),
  };
}

/** The message a row is about. @throws {TypeError} when the row names none */
export function targetOf(request: SendRequest): MessageAddress {
  if (request.targetExternalId === undefined) {
    throw new TypeError(`a Telegram ${request.action} needs the id of the message it is about`);
  }
  return parseMessageKey(request.targetExternalId);
}

function targetPayload(request: SendRequest): Record<string, unknown> {
  const target = targetOf(request);
  return {
    chat_id: target.chatId,
    message_id: target.messageId,
    ...(target.businessId === undefined ? {} : { business_connection_id: target.businessId }),
  };
}

function replyTo(request: SendRequest, place: ThreadAddress): Record<string, unknown> {
  if (request.replyToExternalId === undefined) return {};
  const answered = parseMessageKey(request.replyToExternalId);
  // Ids count per chat: after a group's move the same number is somebody else's message.
  if (answered.chatId !== place.chatId) return {};
  return { reply_parameters: { message_id: answered.messageId, allow_sending_without_reply: true } };
}

function captionOf({ text, entities }: TelegramPart): Record<string, unknown> {
  return { caption: text, ...(entities === undefined ? {} : { caption_entities: entities }) };
}

function markup({ buttons }: TelegramPart): Record<string, unknown> {
  if (buttons === undefined) return {};
  const rows = buttons.map((row) => row.map(buttonOf));
  return { reply_markup: { inline_keyboard: rows } };
}

function buttonOf(button: Button): Record<string, string> {
  return 'url' in button ? { text: button.label, url: button.url } : { text: button.label, callback_data: button.data };
}

function factsOf({ kind, width, height, durationMs }: OutgoingFile): Record<string, number> {
  const seconds = durationMs === null ? {} : { duration: Math.round(durationMs / 1_000) };
  const size = width === null || height === null ? {} : { width, height };
  if (kind === 'video' || kind === 'animation') return { ...seconds, ...size };
  return kind === 'audio' || kind === 'voice' ? seconds : {};
}

/** telegraf drops objects that are no files from a form; the Bot API takes them as JSON. */
function written(payload: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : value]),
  );
}

/** A name in a form's header: nothing that ends the header or the name. */
function formName(file: OutgoingFile): string {
  const name = (file.fileName ?? '').replaceAll(/["\\\r\n\u0000-\u001f]/gu, '_');
  return name === '' ? `file.${EXTENSION[file.mime ?? ''] ?? 'dat'}` : name;
}

/** Telegram tells by the ending what a nameless file is. */
const EXTENSION: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'application/pdf': 'pdf',
};

/** The content as telegraf uploads it; its first piece is read before the call, so that a lost file is no lost call. */
async function upload(file: OutgoingFile, files: FileSource): Promise<{ source: Readable; filename: string }> {
  const pieces = files.open(file.blobId)[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array>;
  try {
    first = await pieces.next();
  } catch (error) {
    throw new FileGoneError('a file of this message is not there any more', { cause: error });
  }
  async function* content(): AsyncGenerator<Uint8Array> {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  }
  return { source: Readable.from(content(), { objectMode: false }), filename: formName(file) };
}
