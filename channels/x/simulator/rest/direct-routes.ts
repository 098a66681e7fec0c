import { snowflakeOf } from '../../ids.ts';
import { addDirect } from '../posting.ts';
import { includesOfDirects, viewDirect } from '../views/directs.ts';
import { wantedIn } from '../views/fields.ts';
import { conversationBetween, type Direct, indexFrom } from '../world.ts';
import { forbidden, invalidRequest, notFound, oldError } from './errors.ts';
import { pageOf } from './pages.ts';
import type { Platform, RestAnswer, RestRequest, RouteTable } from './route.ts';
import { mediaOf } from './uploads.ts';

const READ = { ways: ['oauth1', 'oauth2'], scopes: ['dm.read', 'tweet.read', 'users.read'] } as const;
const WRITE = { ways: ['oauth1', 'oauth2'], scopes: ['dm.write', 'tweet.read', 'users.read'] } as const;
const PAGE = { least: 1, most: 100, usual: 100 };
/** Long-standing documentation of the older API; the newer one names no limit. */
const MOST_CHARACTERS = 10_000;
const EVENT_TYPES = new Set(['MessageCreate', 'ParticipantsJoin', 'ParticipantsLeave']);

function page(list: readonly Direct[], { query }: RestRequest, { world, clock, times }: Platform): RestAnswer {
  const wanted = wantedIn(query);
  const types = (query.get('event_types') ?? 'MessageCreate').split(',');
  for (const type of types)
    if (!EVENT_TYPES.has(type)) throw invalidRequest(`event_types: [${type}] is none of the known`);
  for (const name of ['since_id', 'until_id', 'start_time', 'end_time']) {
    if (query.has(name))
      throw invalidRequest(`The query parameter [${name}] is not one of [dm_event.fields,expansions,…]`);
  }
  const fromMs = clock.nowMs() - times.directHistoryMs;
  const { entries, meta } = pageOf(
    types.includes('MessageCreate') ? list : [],
    query,
    PAGE,
    ({ atMs }) => atMs >= fromMs,
  );
  if (entries.length === 0) return { body: { meta } };
  const includes = includesOfDirects(entries, world, wanted);
  return {
    count: entries.length,
    body: {
      data: entries.map((direct) => viewDirect(direct, world, wanted)),
      ...(includes === undefined ? {} : { includes }),
      meta,
    },
  };
}

/** A message that is not too old to be told. */
function directOf(id: unknown, { world, clock, times }: Platform): Direct | undefined {
  const wanted = snowflakeOf(id) ?? '0';
  const direct = world.directs[indexFrom(world.directs, wanted)];
  const isTold = direct?.id === wanted && direct.atMs >= clock.nowMs() - times.directHistoryMs;
  return isTold ? direct : undefined;
}

/** Whom a conversation is with; null: a group. @throws {ApiError} for one the account is no part of */
function partnerIn(conversationId: string, { world }: Platform): string | null {
  if (world.groups.has(conversationId)) return null;
  const [one = '', other = ''] = conversationId.split('-');
  if (one === world.selfId && snowflakeOf(other) !== null) return other;
  if (other === world.selfId && snowflakeOf(one) !== null) return one;
  throw forbidden('You do not have permission to DM one or more participants.');
}

function checkRecipient(userId: string, { world }: Platform): void {
  const user = world.users.get(userId);
  if (user === undefined || userId === world.selfId) throw notFound(`Could not find user with id: [${userId}].`);
  if (user.hasBlockedUs) throw oldError(403, 349, 'You cannot send messages to this user.');
  const isKnown = world
    .conversation(conversationBetween(world.selfId, userId))
    .some(({ senderId }) => senderId === userId);
  if (user.takesDirects === 'none' || (user.takesDirects === 'known' && !isKnown)) {
    throw forbidden('You do not have permission to DM one or more participants.');
  }
}

function send(request: RestRequest, platform: Platform, toUserId: string | null, groupId: string): RestAnswer {
  const { world, clock, log, uploads } = platform;
  const text = request.json['text'] ?? '';
  if (typeof text !== 'string') throw invalidRequest('$.text: is no string');
  if (Array.from(text).length > MOST_CHARACTERS)
    throw invalidRequest(`$.text: is longer than ${MOST_CHARACTERS} characters`);
  const attached: unknown = request.json['attachments'] ?? [];
  if (!Array.isArray(attached) || attached.length > 1) throw invalidRequest('$.attachments: holds at most one file');
  const [file]: unknown[] = attached;
  const mediaId = file === undefined ? null : mediaIdIn(file);
  if (text.trim() === '' && mediaId === null) throw invalidRequest('$.text or $.attachments is required');
  if (toUserId !== null) checkRecipient(toUserId, platform);
  const upload = mediaId === null ? null : uploads.take(mediaId, 'dm');
  const conversationId = toUserId === null ? groupId : conversationBetween(world.selfId, toUserId);
  const direct: Direct = {
    id: world.newId(),
    senderId: world.selfId,
    conversationId,
    text: text.normalize('NFC'),
    atMs: clock.nowMs(),
    media: upload === null ? null : mediaOf(upload),
    otherIds: toUserId === null ? [...(world.groups.get(groupId) ?? [])] : [toUserId],
    pressed: null,
    origin: {},
  };
  addDirect(platform, direct);
  log.direct({
    atMs: direct.atMs,
    id: direct.id,
    text,
    conversationId,
    toUserId,
    files:
      upload === null
        ? []
        : [
            {
              mediaId: upload.id,
              category: upload.category,
              mime: upload.mime,
              bytes: upload.bytes ?? new Uint8Array(),
            },
          ],
  });
  return { status: 201, body: { data: { dm_conversation_id: conversationId, dm_event_id: direct.id } } };
}

function mediaIdIn(value: unknown): string {
  const id = typeof value === 'object' && value !== null && 'media_id' in value ? snowflakeOf(value.media_id) : null;
  if (id === null) throw invalidRequest('$.attachments[0].media_id: does not match the regex pattern ^[0-9]{1,19}$');
  return id;
}

/** Direct messages. */
export const DIRECT_ROUTES: RouteTable = {
  'GET /2/dm_events': { ...READ, handle: (request, platform) => page(platform.world.directs, request, platform) },
  'GET /2/dm_events/:id': {
    ...READ,
    handle({ params, query }, platform) {
      const { world } = platform;
      const direct = directOf(params['id'], platform);
      if (direct === undefined) throw notFound(`Could not find dm_event with event_id: [${params['id']}].`);
      const wanted = wantedIn(query);
      const includes = includesOfDirects([direct], world, wanted);
      return {
        count: 1,
        body: { data: viewDirect(direct, world, wanted), ...(includes === undefined ? {} : { includes }) },
      };
    },
  },
  'GET /2/dm_conversations/with/:id/dm_events': {
    ...READ,
    about: ({ params }) => params['id'] ?? null,
    handle(request, platform) {
      const { world } = platform;
      const id = snowflakeOf(request.params['id']) ?? '0';
      return page(world.conversation(conversationBetween(world.selfId, id)), request, platform);
    },
  },
  'GET /2/dm_conversations/:id/dm_events': {
    ...READ,
    handle(request, platform) {
      const id = request.params['id'] ?? '';
      partnerIn(id, platform);
      return page(platform.world.conversation(id), request, platform);
    },
  },
  'POST /2/dm_conversations/with/:id/messages': {
    ...WRITE,
    about: ({ params }) => params['id'] ?? null,
    handle: (request, platform) => send(request, platform, request.params['id'] ?? '', ''),
  },
  'POST /2/dm_conversations/:id/messages': {
    ...WRITE,
    about: ({ params }, { world }) => params['id']?.split('-').find((id) => id !== world.selfId) ?? null,
    handle(request, platform) {
      const id = request.params['id'] ?? '';
      return send(request, platform, partnerIn(id, platform), id);
    },
  },
  'GET /2/dm_conversations/media/:dm/:media/:resource': {
    ways: ['oauth1', 'oauth2'],
    scopes: ['dm.read'],
    handle({ params }, platform) {
      const media = directOf(params['dm'], platform)?.media;
      if (!media || media.id !== params['media'] || media.fileName !== params['resource']) {
        throw notFound('Could not find the media of this message.');
      }
      return { file: media };
    },
  },
};
