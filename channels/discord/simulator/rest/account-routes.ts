import { viewUser } from '../views.ts';
import type { RestAnswer, RestContext, RestRequest, RouteTable } from './route.ts';

const DAY_MS = 24 * 3_600_000;
/** GATEWAY_MESSAGE_CONTENT_LIMITED: granted to applications in few servers. */
const MESSAGE_CONTENT_FLAG = 1 << 19;

function application(rest: RestContext): unknown {
  const granted = (rest.context.grantedIntents() & (1 << 15)) !== 0;
  return {
    id: rest.context.applicationId,
    name: 'Support',
    description: '',
    icon: null,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: granted ? MESSAGE_CONTENT_FLAG : 0,
    bot: self(rest),
  };
}

function self(rest: RestContext): Record<string, unknown> {
  const user = rest.context.world.users.get(rest.context.botId);
  return {
    ...(user === undefined ? { id: rest.context.botId } : viewUser(user)),
    verified: true,
    mfa_enabled: true,
    email: null,
    flags: 0,
  };
}

function putCommands({ list, params }: RestRequest, rest: RestContext): RestAnswer {
  const commands = (list ?? []).map((command) => ({
    ...(typeof command === 'object' ? command : {}),
    id: rest.context.world.newId(),
    application_id: params['app'],
    version: rest.context.world.newId(),
    ...(params['guild'] === undefined ? {} : { guild_id: params['guild'] }),
  }));
  rest.commands.splice(0, rest.commands.length, ...commands);
  return { body: commands };
}

function addCommand({ body, params }: RestRequest, rest: RestContext): RestAnswer {
  const at = rest.commands.findIndex((one) => (one as { name?: unknown }).name === body['name']);
  const command = {
    ...body,
    id: rest.context.world.newId(),
    application_id: params['app'],
    version: rest.context.world.newId(),
  };
  if (at >= 0) rest.commands.splice(at, 1, command);
  else rest.commands.push(command);
  return { status: at >= 0 ? 200 : 201, body: command };
}

export const ACCOUNT_ROUTES: RouteTable = {
  'GET /gateway': (_, rest) => ({ body: { url: rest.gatewayUrl() } }),
  'GET /gateway/bot': (_, rest) => ({
    body: {
      url: rest.gatewayUrl(),
      shards: rest.context.limits.shards,
      session_start_limit: {
        total: rest.context.limits.identifiesPerDay,
        remaining: rest.identifiesLeft(),
        reset_after: DAY_MS,
        max_concurrency: rest.context.limits.maxConcurrency,
      },
    },
  }),
  'GET /users/@me': (_, rest) => ({ body: self(rest) }),
  'GET /applications/@me': (_, rest) => ({ body: application(rest) }),
  'PATCH /applications/@me': (_, rest) => ({ body: application(rest) }),
  'GET /oauth2/applications/@me': (_, rest) => ({ body: application(rest) }),
  'GET /applications/:app/commands': (_, rest) => ({ body: rest.commands }),
  'PUT /applications/:app/commands': putCommands,
  'POST /applications/:app/commands': addCommand,
  'GET /applications/:app/guilds/:guild/commands': (_, rest) => ({ body: rest.commands }),
  'PUT /applications/:app/guilds/:guild/commands': putCommands,
  'POST /applications/:app/guilds/:guild/commands': addCommand,
};
