import { tellDeleted, tellMessage, tellReaction } from '../doings.ts';
import { compareIds } from '../snowflake.ts';
import { viewMessage, viewUser } from '../views.ts';
import type { Message } from '../world.ts';
import { createOnce, uploadsOf } from './create-message.ts';
import { ApiError, emptyMessage, invalidForm, missingPermissions, notTheAuthor, unknownMessage } from './errors.ts';
import { checkComponents, checkContent, checkEmbeds, listOf, recordOf } from './message-checks.ts';
import { channelOf, messageOf, writableChannel } from './places.ts';
import type { RestContext, RestRequest, RouteTable } from './route.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;
const MAX_REACTIONS = 20;

/** Newest first, whatever is asked for (docs, "Get Channel Messages"). */
function pageOf(messages: readonly Message[], query: URLSearchParams): Message[] {
  const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw invalidForm('limit', 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.');
  }
  const shown = messages.filter((message) => message.ephemeralFor === null).sort((a, b) => compareIds(a.id, b.id));
  const { before, after, around } = Object.fromEntries(query);
  let page: Message[];
  if (after !== undefined) page = shown.filter(({ id }) => compareIds(id, after) > 0).slice(0, limit);
  else if (before !== undefined) page = shown.filter(({ id }) => compareIds(id, before) < 0).slice(-limit);
  else if (around !== undefined) {
    const older = shown.filter(({ id }) => compareIds(id, around) <= 0).slice(-Math.ceil(limit / 2));
    const newer = shown.filter(({ id }) => compareIds(id, around) > 0).slice(0, Math.floor(limit / 2));
    page = [...older, ...newer];
  } else page = shown.slice(-limit);
  return page.toReversed();
}

/** Changes a message of the bot as PATCH says it. @throws {ApiError} */
export function change(message: Message, request: Pick<RestRequest, 'body' | 'files'>, rest: RestContext): void {
  const { body } = request;
  const content = body['content'] === undefined ? message.content : checkContent(body['content']);
  const embeds = body['embeds'] === undefined ? message.embeds : checkEmbeds(body['embeds']);
  const components = body['components'] === undefined ? message.components : checkComponents(body['components']);
  const added = uploadsOf(request, rest);
  const kept =
    body['attachments'] === undefined
      ? message.attachments
      : message.attachments.filter(({ id }) => listOf(body['attachments']).some((one) => recordOf(one)['id'] === id));
  if (content === '' && embeds.length + components.length + added.length + kept.length === 0) throw emptyMessage();
  if (typeof body['allowed_mentions'] === 'object' && body['allowed_mentions'] !== null) {
    message.allowedMentions = recordOf(body['allowed_mentions']);
  } else if (body['content'] !== undefined) message.allowedMentions = null;
  Object.assign(message, { content, embeds, components, attachments: [...kept, ...added] });
  message.editedMs = rest.context.clock.nowMs();
  if (message.ephemeralFor === null) tellMessage(rest, 'MESSAGE_UPDATE', message);
}

/** Takes a message away. @throws {ApiError} when it is not there */
export function remove(message: Message, rest: RestContext): void {
  const channel = rest.context.world.channels.get(message.channelId);
  const at = channel?.messages.indexOf(message) ?? -1;
  if (channel === undefined || at < 0) throw unknownMessage();
  channel.messages.splice(at, 1);
  if (message.ephemeralFor === null) tellDeleted(rest, channel.id, [message.id]);
}

function emojiOf(value: string | undefined): string {
  if (value === undefined || (/^[\w ]+$/.test(value) && !value.includes(':')))
    throw new ApiError(400, 10014, 'Unknown Emoji');
  return value;
}

export const MESSAGE_ROUTES: RouteTable = {
  'GET /channels/:id/messages': ({ params, query }, rest) => {
    const channel = channelOf(rest, params['id']);
    // Without READ_MESSAGE_HISTORY the list is empty; it is no error.
    if (channel.denied.has('history')) return { body: [] };
    return { body: pageOf(channel.messages, query).map((message) => viewMessage(rest.context, message)) };
  },
  'GET /channels/:id/messages/:message': ({ params }, rest) => ({
    body: viewMessage(rest.context, messageOf(rest, params['id'], params['message'])),
  }),
  'POST /channels/:id/messages': (request, rest) =>
    createOnce(request, writableChannel(rest, request.params['id']), rest),
  'PATCH /channels/:id/messages/:message': (request, rest) => {
    const message = messageOf(rest, request.params['id'], request.params['message'], true);
    if (message.authorId !== rest.context.botId) throw notTheAuthor();
    change(message, request, rest);
    return { body: viewMessage(rest.context, message) };
  },
  'DELETE /channels/:id/messages/:message': ({ params }, rest) => {
    const message = messageOf(rest, params['id'], params['message'], true);
    const channel = channelOf(rest, params['id']);
    if (message.authorId !== rest.context.botId && channel.guildId === null) {
      throw new ApiError(403, 50003, 'Cannot execute action on a DM channel');
    }
    remove(message, rest);
    return {};
  },
  'POST /channels/:id/messages/bulk-delete': ({ params, body }, rest) => {
    const channel = channelOf(rest, params['id']);
    const ids = listOf(body['messages']).filter((id): id is string => typeof id === 'string');
    channel.messages = channel.messages.filter(({ id }) => !ids.includes(id));
    tellDeleted(rest, channel.id, ids);
    return {};
  },
  'PUT /channels/:id/messages/:message/reactions/:emoji/@me': ({ params }, rest) => {
    const message = messageOf(rest, params['id'], params['message'], true);
    const emoji = emojiOf(params['emoji']);
    const users = message.reactions.get(emoji) ?? new Set();
    if (!message.reactions.has(emoji) && message.reactions.size >= MAX_REACTIONS) {
      throw new ApiError(400, 30010, 'Maximum number of reactions reached (20)');
    }
    const isNew = !users.has(rest.context.botId);
    message.reactions.set(emoji, users.add(rest.context.botId));
    if (isNew) tellReaction(rest, 'ADD', message, emoji, rest.context.botId);
    return {};
  },
  'DELETE /channels/:id/messages/:message/reactions/:emoji/@me': ({ params }, rest) => {
    const message = messageOf(rest, params['id'], params['message'], true);
    const emoji = emojiOf(params['emoji']);
    const users = message.reactions.get(emoji);
    if (users?.delete(rest.context.botId) !== true) return {};
    if (users.size === 0) message.reactions.delete(emoji);
    tellReaction(rest, 'REMOVE', message, emoji, rest.context.botId);
    return {};
  },
  'DELETE /channels/:id/messages/:message/reactions/:emoji/:user': () => {
    throw missingPermissions();
  },
  'GET /channels/:id/messages/:message/reactions/:emoji': ({ params }, rest) => {
    const message = messageOf(rest, params['id'], params['message']);
    const users = [...(message.reactions.get(emojiOf(params['emoji'])) ?? [])];
    return { body: users.flatMap((id) => rest.context.world.users.get(id) ?? []).map(viewUser) };
  },
  'POST /channels/:id/typing': ({ params }, rest) => {
    const channel = writableChannel(rest, params['id']);
    rest.typing.push({ channelId: channel.id, atMs: rest.context.clock.nowMs() });
    return {};
  },
};
