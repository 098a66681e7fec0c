import { findPlace, isTrue, type Place } from './chat-place.ts';
import { captionFields } from './contents.ts';
import { type MediaInput, readMedia, type SendableKind } from './media-input.ts';
import type { Method, MethodContext } from './method.ts';
import type { AcceptedCall, SentMedia } from './platform-log.ts';
import { type Keyboard, readKeyboard } from './reply-markup.ts';
import type { Parameters } from './request-body.ts';
import { putMessage } from './sent-messages.ts';
import { checkCaption, type Refusal } from './text-checks.ts';

/** A file with what is said about it, ready to go into a message. */
export interface CaptionedMedia {
  text: string;
  entities: readonly unknown[];
  content: Readonly<Record<string, unknown>>;
  media: SentMedia;
}

/** Kinds that have no caption. */
const WITHOUT_CAPTION = new Set<SendableKind>(['sticker', 'video_note']);

/** The method that sends files of one kind; the parameter with the file is named as the kind. */
export function sendingMedia(method: string, kind: SendableKind): Method {
  return (parameters, context) => {
    const place = findPlace(parameters, context);
    if ('refusal' in place) return place;
    const media = readCaptioned(parameters[kind], kind, parameters, parameters, context);
    if ('refusal' in media) return media;
    const keyboard = readKeyboard(parameters['reply_markup']);
    if ('refusal' in keyboard) return keyboard;
    const { bot, world, log } = context;
    const messageId = world.nextMessageId(place.chat);
    const call = log.call({ botId: bot.id, method, chatId: place.chat.id, messageId, payload: parameters });
    return { result: putMedia(context, place, call, messageId, media, keyboard, null), call };
  };
}

/** Reads a file and its caption. `about` has caption and measures, `form` the parts that `attach://` names. */
export function readCaptioned(
  value: unknown,
  kind: SendableKind,
  about: Parameters,
  form: Parameters,
  context: MethodContext,
): CaptionedMedia | { refusal: Refusal } {
  const said = WITHOUT_CAPTION.has(kind)
    ? { text: '', entities: [] }
    : checkCaption(about['caption'], about['caption_entities'], about['parse_mode']);
  if ('refusal' in said) return said;
  const input = readMedia(value, kind, about, form, context);
  if ('refusal' in input) return input;
  const caption = captionFields({
    caption: said.text,
    captionEntities: said.entities.filter((entity) => typeof entity === 'object' && entity !== null),
    captionAbove: isTrue(about['show_caption_above_media']),
    spoiler: isTrue(about['has_spoiler']),
  });
  return { ...said, content: { ...input.fields, ...caption }, media: sentMedia(kind, input) };
}

/** Puts a captioned file into the chat. */
export function putMedia(
  context: MethodContext,
  place: Place,
  call: AcceptedCall,
  messageId: number,
  captioned: CaptionedMedia,
  keyboard: Keyboard,
  mediaGroupId: string | null,
): Record<string, unknown> {
  const { markup, rows: buttons } = keyboard;
  const message = { ...captioned, mediaGroupId, markup, buttons };
  return putMessage(context, place, call, messageId, context.clock.nowSeconds(), message);
}

function sentMedia(kind: SendableKind, { file }: MediaInput): SentMedia {
  const { fileId, uniqueId, sizeBytes, mime, name } = file;
  return {
    kind,
    fileId,
    uniqueId,
    sizeBytes,
    // Worked out when looked at: a customer's file that is sent on may be made up and large.
    get sha256() {
      return file.sha256();
    },
    mime,
    name,
  };
}
