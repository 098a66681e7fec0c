import { tellChannel } from '../doings.ts';
import { post } from '../posting.ts';
import { viewChannel, viewGuild, viewMessage, viewUser } from '../views.ts';
import { CHANNEL, type Channel, THREAD_TYPES } from '../world.ts';
import { say } from './create-message.ts';
import { ApiError, invalidForm, missingAccess, missingPermissions, unknownGuild, unknownUser } from './errors.ts';
import { recordOf } from './message-checks.ts';
import { channelOf, messageOf } from './places.ts';
import type { RestContext, RestRequest, RouteTable } from './route.ts';

function guildOf({ context }: RestContext, id: string | undefined) {
  const guild = context.world.guilds.get(id ?? '');
  if (guild === undefined) throw unknownGuild();
  if (!guild.joined) throw missingAccess();
  return guild;
}

function nameOf(body: RestRequest['body']): string {
  const name = body['name'];
  if (typeof name === 'string' && name.length >= 1 && name.length <= 100) return name;
  throw invalidForm('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
}

/** Opens a thread of the bot in a channel. @throws {ApiError} */
function openThread(rest: RestContext, parent: Channel, type: number, name: string, id?: string): Channel {
  if (parent.denied.has('send')) throw missingPermissions();
  const thread = rest.context.world.addChannel({
    type,
    guildId: parent.guildId,
    parentId: parent.id,
    name,
    ownerId: rest.context.botId,
    members: new Set([rest.context.botId]),
    ...(id === undefined ? {} : { id }),
  });
  tellChannel(rest, 'THREAD_CREATE', thread);
  return thread;
}

export const CHANNEL_ROUTES: RouteTable = {
  'GET /channels/:id': ({ params }, rest) => ({ body: viewChannel(rest.context, channelOf(rest, params['id'])) }),
  'PATCH /channels/:id': ({ params, body }, rest) => {
    const channel = channelOf(rest, params['id']);
    if (typeof body['archived'] === 'boolean') {
      Object.assign(channel, { archived: body['archived'], archivedMs: rest.context.clock.nowMs() });
    }
    if (typeof body['locked'] === 'boolean') channel.locked = body['locked'];
    if (body['name'] !== undefined) channel.name = nameOf(body);
    if (THREAD_TYPES.has(channel.type)) tellChannel(rest, 'THREAD_UPDATE', channel);
    return { body: viewChannel(rest.context, channel) };
  },
  'POST /channels/:id/threads': (request, rest) => {
    const parent = channelOf(rest, request.params['id']);
    const { body } = request;
    const name = nameOf(body);
    if (parent.type !== CHANNEL.forum) {
      const type = typeof body['type'] === 'number' ? body['type'] : CHANNEL.privateThread;
      if (!THREAD_TYPES.has(type)) throw invalidForm('type', 'BASE_TYPE_CHOICES', 'Value must be one of {10, 11, 12}.');
      return { status: 201, body: viewChannel(rest.context, openThread(rest, parent, type, name)) };
    }
    // In a forum the first text belongs to the call; no nonce is looked at.
    const first = recordOf(body['message']);
    const thread = openThread(rest, parent, CHANNEL.publicThread, name);
    const message = say({ body: first, files: request.files }, thread, rest, { id: thread.id });
    return {
      status: 201,
      body: { ...viewChannel(rest.context, thread), message: viewMessage(rest.context, message) },
    };
  },
  'POST /channels/:id/messages/:message/threads': ({ params, body }, rest) => {
    const message = messageOf(rest, params['id'], params['message']);
    if (rest.context.world.channels.has(message.id)) {
      throw new ApiError(400, 160004, 'A thread has already been created for this message');
    }
    const parent = channelOf(rest, params['id']);
    if (parent.guildId === null) throw new ApiError(400, 50024, 'Cannot execute action on this channel type');
    // A thread from a message has the message's id.
    const thread = openThread(rest, parent, CHANNEL.publicThread, nameOf(body), message.id);
    post(rest, thread, { authorId: message.authorId, type: 21, referenceId: null });
    return { status: 201, body: viewChannel(rest.context, thread) };
  },
  'PUT /channels/:id/thread-members/:user': ({ params }, rest) => {
    const thread = channelOf(rest, params['id']);
    thread.members.add(params['user'] === '@me' ? rest.context.botId : (params['user'] ?? ''));
    return {};
  },
  'DELETE /channels/:id/thread-members/:user': ({ params }, rest) => {
    channelOf(rest, params['id']).members.delete(
      params['user'] === '@me' ? rest.context.botId : (params['user'] ?? ''),
    );
    return {};
  },
  'GET /channels/:id/threads/archived/public': ({ params }, rest) => {
    const parent = channelOf(rest, params['id']);
    const threads = [...rest.context.world.channels.values()].filter(
      (channel) => channel.parentId === parent.id && channel.archived && channel.type !== CHANNEL.privateThread,
    );
    // The last one to be archived first.
    threads.sort((a, b) => (b.archivedMs ?? 0) - (a.archivedMs ?? 0));
    return { body: { threads: threads.map((one) => viewChannel(rest.context, one)), members: [], has_more: false } };
  },
  'GET /guilds/:id': ({ params }, rest) => ({ body: viewGuild(rest.context, guildOf(rest, params['id'])) }),
  'GET /guilds/:id/channels': ({ params }, rest) => ({
    body: viewGuild(rest.context, guildOf(rest, params['id']))['channels'],
  }),
  'GET /guilds/:id/threads/active': ({ params }, rest) => ({
    body: { threads: viewGuild(rest.context, guildOf(rest, params['id']))['threads'], members: [] },
  }),
  'GET /users/@me/guilds': (_, rest) => ({
    body: [...rest.context.world.guilds.values()]
      .filter((guild) => guild.joined)
      .map(({ id, name }) => ({ id, name, icon: null, owner: false, permissions: '0', features: [] })),
  }),
  'POST /users/@me/channels': ({ body }, rest) => {
    const recipient = rest.context.world.users.get(String(body['recipient_id']));
    if (recipient === undefined) throw unknownUser();
    return { body: viewChannel(rest.context, rest.context.world.dmOf(recipient.id)) };
  },
  'GET /users/:id': ({ params }, rest) => {
    const user = rest.context.world.users.get(params['id'] ?? '');
    if (user === undefined) throw unknownUser();
    return { body: viewUser(user) };
  },
};
