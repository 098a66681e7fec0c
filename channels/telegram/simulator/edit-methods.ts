import { recordOf } from '../../shared/read-unknown.ts';
import { findChat, isTrue } from './chat-place.ts';
import { captionFields } from './contents.ts';
import type { FileKind } from './file-kinds.ts';
import { fitsAlbum } from './media-group.ts';
import type { Method, MethodContext, MethodResult } from './method.ts';
import type { SentMedia, SentMessage } from './platform-log.ts';
import { type Keyboard, readKeyboard } from './reply-markup.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import type { CaptionedMedia } from './send-media.ts';
import { readCaptioned } from './send-media.ts';
import { botMessageObject, sentMessage } from './sent-messages.ts';
import { badRequest, checkCaption, checkText, type Refusal } from './text-checks.ts';
import type { Chat, StoredMessage } from './world.ts';

interface Target {
  chat: Chat;
  messageId: number;
  stored: StoredMessage;
  sent: SentMessage | undefined;
}

/** What a message says after the change. */
interface Change {
  text: string;
  entities: readonly unknown[];
  /** Absent: plain text. */
  content?: Readonly<Record<string, unknown>>;
  media: SentMedia | null;
}

const EDITABLE_TO = ['photo', 'video', 'animation', 'document', 'audio'] as const satisfies readonly FileKind[];
const WITH_CAPTION = [...EDITABLE_TO, 'voice'] as const;

export const editMessageText = editing('editMessageText', (parameters, { stored }) => {
  if (stored.content !== undefined && !('text' in stored.content)) {
    return { refusal: badRequest('there is no text in the message to edit') };
  }
  const checked = checkText(parameters['text'], parameters['entities'], parameters['parse_mode']);
  if ('refusal' in checked) return checked;
  const { text, entities } = checked;
  return { text, entities, media: null, ...(entities.length === 0 ? {} : { content: { text, entities } }) };
});

export const editMessageCaption = editing('editMessageCaption', (parameters, { stored, sent }) => {
  const { content } = stored;
  if (content === undefined || !WITH_CAPTION.some((kind) => kind in content)) {
    return { refusal: badRequest('there is no caption in the message to edit') };
  }
  const checked = checkCaption(parameters['caption'], parameters['caption_entities'], parameters['parse_mode']);
  if ('refusal' in checked) return checked;
  const { caption: _, caption_entities: __, show_caption_above_media: ___, ...rest } = content;
  const caption = captionFields({
    caption: checked.text,
    captionEntities: objectsOf(checked.entities),
    captionAbove: isTrue(parameters['show_caption_above_media']),
  });
  return { ...checked, content: { ...rest, ...caption }, media: sent?.media ?? null };
});

export const editMessageMedia = editing('editMessageMedia', (parameters, { stored }, context) => {
  const media = recordOf(structuredParameter(parameters['media']) ?? null);
  const kind = EDITABLE_TO.find((known) => known === media?.['type']);
  if (media === null || kind === undefined) {
    return { refusal: badRequest("can't parse InputMedia: type of media is invalid") };
  }
  const was = EDITABLE_TO.find((known) => stored.content !== undefined && known in stored.content);
  if (stored.about?.['media_group_id'] !== undefined && was !== undefined && !fitsAlbum(was, kind)) {
    return { refusal: badRequest('MEDIA_GROUPED_INVALID') };
  }
  const captioned: CaptionedMedia | { refusal: Refusal } = readCaptioned(
    media['media'],
    kind,
    media,
    parameters,
    context,
  );
  return captioned;
});

export const editMessageReplyMarkup = editing('editMessageReplyMarkup', (_, { stored, sent }) => ({
  text: stored.text,
  entities: sent?.entities ?? [],
  media: sent?.media ?? null,
  ...(stored.content === undefined ? {} : { content: stored.content }),
}));

/** A method that changes one of the bot's messages; without `reply_markup` the keyboard goes, as at the platform. */
function editing(
  method: string,
  read: (parameters: Parameters, target: Target, context: MethodContext) => Change | { refusal: Refusal },
): Method {
  return (parameters, context) => {
    const target = findOwn(parameters, context);
    if ('refusal' in target) return target;
    const change = read(parameters, target, context);
    if ('refusal' in change) return change;
    const keyboard = readKeyboard(parameters['reply_markup']);
    if ('refusal' in keyboard) return keyboard;
    return apply(method, parameters, target, change, keyboard, context);
  };
}

function findOwn(parameters: Parameters, { bot, world, log }: MethodContext): Target | { refusal: Refusal } {
  const place = findChat(parameters, bot, world);
  if ('refusal' in place) return place;
  const { chat } = place;
  const messageId = integerParameter(parameters['message_id']);
  const stored = chat.messages.get(messageId ?? 0);
  if (messageId === null || stored === undefined) return { refusal: badRequest('message to edit not found') };
  if (stored.fromId !== bot.id) return { refusal: badRequest("message can't be edited") };
  return { chat, messageId, stored, sent: sentMessage(log, chat, messageId) };
}

function apply(
  method: string,
  parameters: Parameters,
  { chat, messageId, stored, sent }: Target,
  change: Change,
  { markup, rows }: Keyboard,
  { bot, world, log, clock }: MethodContext,
): MethodResult {
  const { text, entities, content, media } = change;
  const isSame = stored.text === text && isEqual(stored.content, content) && isEqual(stored.markup ?? null, markup);
  if (isSame) {
    return {
      refusal: badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
          'content and reply markup of the message',
      ),
    };
  }
  stored.text = text;
  if (content === undefined) delete stored.content;
  else stored.content = content;
  if (markup === null) delete stored.markup;
  else stored.markup = markup;
  stored.editDate = clock.nowSeconds();
  if (sent !== undefined) {
    sent.currentText = text;
    sent.entities = entities;
    sent.media = media;
    sent.buttons = rows;
    sent.edits += 1;
  }
  const call = log.call({ botId: bot.id, method, chatId: chat.id, messageId, payload: parameters });
  return { result: botMessageObject(bot, world, chat, messageId, stored), call };
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function objectsOf(list: readonly unknown[]): object[] {
  return list.filter((entry) => typeof entry === 'object' && entry !== null);
}
