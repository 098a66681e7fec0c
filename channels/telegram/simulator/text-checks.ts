import { recordOf } from '../../shared/read-unknown.ts';
import { integerParameter, structuredParameter } from './request-body.ts';

/** A call refused as the Bot API refuses it. */
export interface Refusal {
  status: number;
  description: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
}

export function badRequest(description: string, parameters?: Refusal['parameters']): Refusal {
  return {
    status: 400,
    description: `Bad Request: ${description}`,
    ...(parameters === undefined ? {} : { parameters }),
  };
}

const MAX_TEXT_LENGTH = 4_096;
const MAX_CAPTION_LENGTH = 1_024;
const MAX_ENTITIES = 100;
const ENTITY_TYPES = new Set([
  'mention',
  'hashtag',
  'cashtag',
  'bot_command',
  'url',
  'email',
  'phone_number',
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
  'pre',
  'text_link',
  'text_mention',
  'custom_emoji',
]);

/**
 * Checks a text with its entities as sendMessage does (texts of errors: tdlib/td MessageEntity.cpp, tdlib/telegram-bot-api
 * Client.cpp). Strings are what the platform keeps: outer white space is dropped, at most 100 entities stay.
 */
export function checkText(
  rawText: unknown,
  rawEntities: unknown,
  parseMode: unknown,
): { text: string; entities: readonly unknown[] } | { refusal: Refusal } {
  if (typeof rawText !== 'string' || rawText.trim() === '') return { refusal: badRequest('message text is empty') };
  // Real Telegram parses it; nothing of ours may ever ask for that.
  if (parseMode !== undefined && parseMode !== '') return { refusal: badRequest('unsupported parse_mode') };
  const text = rawText.trim();
  if (text.length > MAX_TEXT_LENGTH) return { refusal: badRequest('message is too long') };
  return withEntities(text, rawText, rawEntities);
}

/** Checks a caption as checkText checks a text; none at all is fine, and comes back empty. */
export function checkCaption(
  rawCaption: unknown,
  rawEntities: unknown,
  parseMode: unknown,
): { text: string; entities: readonly unknown[] } | { refusal: Refusal } {
  if (parseMode !== undefined && parseMode !== '') return { refusal: badRequest('unsupported parse_mode') };
  if (typeof rawCaption !== 'string' || rawCaption.trim() === '') return { text: '', entities: [] };
  const text = rawCaption.trim();
  if (text.length > MAX_CAPTION_LENGTH) return { refusal: badRequest('message caption is too long') };
  return withEntities(text, rawCaption, rawEntities);
}

function withEntities(
  text: string,
  rawText: string,
  rawEntities: unknown,
): { text: string; entities: readonly unknown[] } | { refusal: Refusal } {
  const entities = structuredParameter(rawEntities);
  if (entities === undefined) return { text, entities: [] };
  if (!Array.isArray(entities))
    return { refusal: badRequest("can't parse entities: expected an Array of MessageEntity") };
  for (const entity of entities) {
    const refusal = checkEntity(entity, rawText);
    if (refusal !== null) return { refusal };
  }
  return { text, entities: entities.slice(0, MAX_ENTITIES) };
}

function checkEntity(entity: unknown, text: string): Refusal | null {
  const fields = recordOf(entity);
  if (fields === null) return badRequest("can't parse MessageEntity: expected an Object");
  const offset = integerParameter(fields['offset']);
  const length = integerParameter(fields['length']);
  if (offset === null) return badRequest('can\'t parse MessageEntity: Can\'t find field "offset"');
  if (length === null) return badRequest('can\'t parse MessageEntity: Can\'t find field "length"');
  if (!ENTITY_TYPES.has(String(fields['type']))) {
    return badRequest("can't parse MessageEntity: Unsupported MessageEntity type");
  }
  if (offset < 0 || length < 0) return badRequest(`Receive an entity with incorrect offset ${offset}`);
  if (offset + length > text.length) {
    return badRequest(
      `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${text.length}`,
    );
  }
  if (isInsidePair(text, offset)) {
    return badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${offset}`);
  }
  if (isInsidePair(text, offset + length)) {
    return badRequest(`entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol`);
  }
  if (fields['type'] === 'text_link' && typeof fields['url'] !== 'string') {
    return badRequest('can\'t parse MessageEntity: Can\'t find field "url"');
  }
  return null;
}

function isInsidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}
