import { Readable } from 'node:stream';
import type { Button } from '../../src/core/model/extras.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import { type MessageAddress, messageOfKey, parseMessageKey, type ThreadAddress } from './ids.ts';
import type { OutgoingFile, TelegramPart } from './part.ts';

/** One call of the Bot API. `uploadBytes`: go along, so it may take longer; `uploads`: where they come from, to be destroyed after it. */
export interface ApiCall {
  method: string;
  payload: Record<string, unknown>;
  uploadBytes: number;
  uploads: readonly Readable[];
}

/** A file of ours did not open; `cause` is why. The platform has no whole request. */
export class UploadFailed extends Error {
  override readonly name = 'UploadFailed';
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

/** How a part is sent. @throws {UploadFailed} before anything was written */
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
    return { method: 'sendMessage', payload: { ...common, ...words, ...markup(part) }, uploadBytes: 0, uploads: [] };
  }
  if (others.length === 0) {
    const { method, field } = METHOD[first.kind];
    const payload = { ...common, ...captionOf(part), ...factsOf(first), ...markup(part) };
    const content = await upload(first, files);
    return {
      method,
      payload: { ...written(payload), [field]: content },
      uploadBytes: first.sizeBytes,
      uploads: [content.source],
    };
  }
  const all = [first, ...others];
  const contents = await openAll(all, files);
  const media = contents.map(({ file, content }, index) => ({
    type: METHOD[file.kind].album ?? 'document',
    media: content,
    ...(index === 0 ? captionOf(part) : {}),
    ...factsOf(file),
  }));
  const uploadBytes = all.reduce((sum, file) => sum + file.sizeBytes, 0);
  const uploads = contents.map(({ content }) => content.source);
  return { method: 'sendMediaGroup', payload: { ...written(common), media }, uploadBytes, uploads };
}

/** How a message of ours is changed. Files stay as they are; only their words change. */
export function editCall(request: SendRequest, part: TelegramPart): ApiCall {
  const target = targetPayload(request);
  if (part.media !== undefined) {
    return {
      method: 'editMessageCaption',
      payload: { ...target, ...captionOf(part), ...markup(part) },
      uploadBytes: 0,
      uploads: [],
    };
  }
  const { text, entities } = part;
  const words = entities === undefined ? { text } : { text, entities };
  return { method: 'editMessageText', payload: { ...target, ...words, ...markup(part) }, uploadBytes: 0, uploads: [] };
}

/** In the chats of a business by a method of its own: the plain one would delete the message of that number in our own chat. */
export function deleteCall(request: SendRequest): ApiCall {
  const { businessId, messageId } = targetOf(request);
  if (businessId === undefined) {
    return { method: 'deleteMessage', payload: targetPayload(request), uploadBytes: 0, uploads: [] };
  }
  const payload = { business_connection_id: businessId, message_ids: [messageId] };
  return { method: 'deleteBusinessMessages', payload, uploadBytes: 0, uploads: [] };
}

/** Reactions replace those we had; a bot has at most one, none takes it back. */
export function reactCall(request: SendRequest, part: TelegramPart): ApiCall {
  const emoji = part.text.trim();
  const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }];
  return {
    method: 'setMessageReaction',
    payload: { ...targetPayload(request), reaction },
    uploadBytes: 0,
    uploads: [],
  };
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
  const answered = messageOfKey(request.replyToExternalId);
  // Nothing can point at a press. Ids count per chat: after a group's move the same number is somebody else's message.
  if (answered === null || answered.chatId !== place.chatId) return {};
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
  const name = (file.fileName ?? '').replaceAll(/["\\\p{Cc}]/gu, '_');
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
    throw new UploadFailed('a file of this message did not open', { cause: error });
  }
  return { source: readableOf(first, pieces), filename: formName(file) };
}

/** Destroyed at any moment, read or not, it lets go of the file. */
function readableOf(first: IteratorResult<Uint8Array>, pieces: AsyncIterator<Uint8Array>): Readable {
  let held: IteratorResult<Uint8Array> | null = first;
  return new Readable({
    read() {
      const piece = held === null ? pieces.next() : Promise.resolve(held);
      held = null;
      piece.then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error('the file does not open')),
      );
    },
    destroy(error, done) {
      const end = (): void => done(error);
      Promise.resolve(pieces.return?.()).then(end, end);
    },
  });
}

/** All or none: where one of them is gone the others are let go. */
async function openAll(all: readonly OutgoingFile[], files: FileSource) {
  const opened = await Promise.allSettled(all.map(async (file) => ({ file, content: await upload(file, files) })));
  const lost = opened.find((one) => one.status === 'rejected');
  const contents = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (lost === undefined) return contents;
  for (const { content } of contents) content.source.destroy();
  throw lost.reason;
}
