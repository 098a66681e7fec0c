import { recordOf } from '../../shared/read-unknown.ts';
import { findPlace } from './chat-place.ts';
import type { MethodContext, MethodResult } from './method.ts';
import { NO_KEYBOARD } from './reply-markup.ts';
import { type Parameters, structuredParameter } from './request-body.ts';
import { type CaptionedMedia, putMedia, readCaptioned } from './send-media.ts';
import { badRequest, type Refusal } from './text-checks.ts';

/** Kinds an album can hold; those of the second sort only among themselves. */
const MIXED = ['photo', 'video'] as const;
const UNMIXED = ['document', 'audio'] as const;
type AlbumKind = (typeof MIXED)[number] | (typeof UNMIXED)[number];

const MIN_ITEMS = 2;
const MAX_ITEMS = 10;

/** Sends an album: two to ten messages that are shown together, all of them or none. */
export function sendMediaGroup(parameters: Parameters, context: MethodContext): MethodResult {
  const place = findPlace(parameters, context);
  if ('refusal' in place) return place;
  const items = readItems(parameters, context);
  if ('refusal' in items) return items;
  const { bot, world, log } = context;
  const ids = items.map(() => world.nextMessageId(place.chat));
  const [first = 0] = ids;
  const call = log.call({
    botId: bot.id,
    method: 'sendMediaGroup',
    chatId: place.chat.id,
    messageId: first,
    payload: parameters,
  });
  const group = `13${String(bot.id).slice(0, 6)}${String(call.order).padStart(9, '0')}`;
  const result = items.map((item, index) => putMedia(context, place, call, ids[index] ?? 0, item, NO_KEYBOARD, group));
  return { result, call };
}

function readItems(parameters: Parameters, context: MethodContext): CaptionedMedia[] | { refusal: Refusal } {
  const list = structuredParameter(parameters['media']);
  if (!Array.isArray(list)) return { refusal: badRequest("can't parse media: expected an Array of InputMedia") };
  if (list.length < MIN_ITEMS) return { refusal: badRequest('too few messages to send as an album') };
  if (list.length > MAX_ITEMS) return { refusal: badRequest('too many messages to send as an album') };
  const kinds = new Set<AlbumKind>();
  const items: CaptionedMedia[] = [];
  for (const entry of list) {
    const fields = recordOf(entry);
    const kind = albumKind(fields?.['type']);
    if (fields === null || kind === null)
      return { refusal: badRequest("can't parse InputMedia: type of media is invalid") };
    kinds.add(kind);
    const item = readCaptioned(fields['media'], kind, fields, parameters, context);
    if ('refusal' in item) return item;
    items.push(item);
  }
  const alone = UNMIXED.find((kind) => kinds.has(kind));
  if (alone !== undefined && kinds.size > 1) {
    const name = alone === 'audio' ? 'Audio' : 'Document';
    return { refusal: badRequest(`${name} can't be mixed with other media types`) };
  }
  return items;
}

function albumKind(type: unknown): AlbumKind | null {
  return [...MIXED, ...UNMIXED].find((kind) => kind === type) ?? null;
}

/** Whether a message of an album, which shows `was`, may be changed to `is` (Bot API, editMessageMedia). */
export function fitsAlbum(was: string, is: string): boolean {
  const isMixed = (kind: string): boolean => MIXED.some((known) => known === kind);
  return was === is || (isMixed(was) && isMixed(is));
}
