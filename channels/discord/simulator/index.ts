import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { seededRandom } from '../../shared/seeded-random.ts';
import { createClock, type PlatformClock } from '../../shared/simulator/clock.ts';
import { waitFor } from '../../shared/simulator/wait-for.ts';
import { createControl } from './control.ts';
import { createCustomer, type DiscordCustomer } from './customers.ts';
import type { Doings } from './doings.ts';
import { createFaults, type Faults } from './faults.ts';
import { LINK_LIFE_MS } from './file-links.ts';
import { serveFile } from './file-server.ts';
import { MAX_FRAME_BYTES, serveConnection } from './gateway/connection.ts';
import { askToReconnect, createHub, GATEWAY_LIMITS, type GatewayLimits, type HubContext } from './gateway/hub.ts';
import { PRIVILEGED } from './gateway/session.ts';
import { createGuild, type DiscordGuild } from './guilds.ts';
import { createInteractions, type Interaction } from './interactions.ts';
import { createPlatformLog, type PlatformLog, type SentMessage } from './platform-log.ts';
import { post } from './posting.ts';
import { createRateLimiter, type RateLimits } from './rest/rate-limits.ts';
import type { RestContext } from './rest/route.ts';
import { serveRest } from './rest/server.ts';
import { createWorld, type User } from './world.ts';

export type { CustomerFile, DiscordCustomer, SeenMessage, SeenPlace, WriteOptions, Written } from './customers.ts';
export { FAULT_KINDS, type FaultKind, type FaultRule, type Faults } from './faults.ts';
export type { GatewayLimits } from './gateway/hub.ts';
export type { DiscordGuild } from './guilds.ts';
export type { Interaction } from './interactions.ts';
export type { GatewayEntry, PlatformLog, RestCall, SentMessage } from './platform-log.ts';
export type { RateLimits } from './rest/rate-limits.ts';

/** Token, user id and application id of the bot, where none are asked for. */
export const DEFAULT_TOKEN = 'MTAwMDAwMDAwMDAwMDAwMDAx.simulator.bot-token-of-the-simulator';
export const DEFAULT_BOT_ID = '100000000000000001';

const MAX_FILE_BYTES = 10 * 1_048_576;
const DEFAULT_LOG_LIMIT = 1_000_000;
const WAIT_MS = 5_000;
const HOST = '127.0.0.1';

export interface DiscordSimulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  token?: string;
  botId?: string;
  botName?: string;
  /** Seed of faults by probability, so that a run can be repeated. Default 1. */
  seed?: number;
  /** Added to every call of the REST API. */
  latencyMs?: number;
  gateway?: Partial<GatewayLimits>;
  rateLimits?: RateLimits;
  /** Largest file, bytes. Default 10 MiB. */
  maxFileBytes?: number;
  /** Entries kept per list of the log. Default 1,000,000. */
  logLimit?: number;
}

/** Discord on loopback: REST, gateway, files, and the people who write to the bot. */
export interface DiscordSimulator {
  /** What belongs into `apiRoot`; known after {@link DiscordSimulator.start}. */
  readonly apiRoot: string;
  /** Scheme, host and port of everything else: files, control. */
  readonly url: string;
  readonly token: string;
  /** The bot's user id; its application has the same one. */
  readonly botId: string;
  readonly log: PlatformLog;
  readonly faults: Faults;
  readonly clock: PlatformClock;
  readonly interactions: readonly Interaction[];
  /** Where the bot showed that it types. */
  readonly typing: readonly { channelId: string; atMs: number }[];
  /** Application commands as the bot set them. */
  readonly commands: readonly unknown[];
  /** Clients of the gateway connected at the moment. */
  readonly gatewayConnections: number;
  readonly identifiesLeft: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops listening and cuts every connection, so that new ones are refused; `resume` listens on the same port again. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** The person with this id; one without is new. `dm`: the id their direct messages get, where there are none yet. */
  customer(
    id?: string,
    options?: { username?: string; globalName?: string | null; bot?: boolean; dm?: string },
  ): DiscordCustomer;
  /** A server the bot is in; one without id is new. */
  guild(id?: string, options?: { name?: string }): DiscordGuild;
  /** A message of the bot that nobody asked for, such as an agent's in Discord itself. */
  say(channelId: string, text: string): string;
  /** Hands out a dispatch as it is. */
  dispatch(t: string, d: unknown, guildId?: string | null): void;
  /** Cuts every gateway socket; with a code it is closed properly. */
  cut(closeCode?: number): void;
  /** Opcode 7 to every client. */
  askToReconnect(): void;
  /** Forgets every session: RESUME is answered with Invalid Session. */
  forgetSessions(): void;
  /** The token is refused from now on; false: taken again. */
  revokeToken(revoked?: boolean): void;
  /** Privileged intents the application has; default: all. */
  grantIntents(bits: number): void;
  /** Shards that are asked for from now on; who has fewer is closed with 4011 by `cut(4011)`. */
  setShards(count: number): void;
  setLatency(ms: number): void;
  setRateLimits(limits: RateLimits | null): void;
  /** How long new links to files live. */
  setLinkLife(ms: number): void;
  /** Resolves with the first message of the bot that fits, from now on. @throws {Error} after `timeoutMs`. */
  waitForMessage(fits: (message: SentMessage) => boolean, timeoutMs?: number): Promise<SentMessage>;
}

/** Makes a simulator; nothing listens before `start()`. */
export function createDiscordSimulator(options: DiscordSimulatorOptions = {}): DiscordSimulator {
  const token = options.token ?? DEFAULT_TOKEN;
  const botId = options.botId ?? DEFAULT_BOT_ID;
  const clock = createClock();
  const faults = createFaults(seededRandom(options.seed ?? 1));
  const log = createPlatformLog(options.logLimit ?? DEFAULT_LOG_LIMIT);
  const world = createWorld(clock);
  const limiter = createRateLimiter(() => performance.now());
  limiter.set(options.rateLimits ?? null);
  let port = options.port ?? 0;
  let latencyMs = options.latencyMs ?? 0;
  let linkLifeMs = LINK_LIFE_MS;
  let granted = PRIVILEGED;
  let revoked = false;
  const origin = (): string => `http://${HOST}:${port}`;
  const gatewayUrl = (): string => `ws://${HOST}:${port}/gateway`;
  world.users.set(botId, { id: botId, username: options.botName ?? 'support', globalName: null, bot: true });

  const context: HubContext = {
    world,
    clock,
    faults,
    log,
    token,
    botId,
    applicationId: botId,
    origin,
    linkLifeMs: () => linkLifeMs,
    grantedIntents: () => granted,
    tokenRevoked: () => revoked,
    limits: { ...GATEWAY_LIMITS, ...options.gateway },
  };
  const hub = createHub(context, gatewayUrl);
  const doings: Doings = { context, hub };
  const interactions = createInteractions(doings, botId);
  const rest: RestContext = {
    context,
    hub,
    log,
    interactions,
    nonces: new Map(),
    commands: [],
    typing: [],
    maxFileBytes: () => options.maxFileBytes ?? MAX_FILE_BYTES,
    gatewayUrl,
    identifiesLeft: () => hub.identifiesLeft,
  };

  const answerHttp = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const url = new URL(request.url ?? '/', origin());
    const api = /^\/api(?:\/v(\d+))?(\/.*)$/.exec(url.pathname);
    if (url.pathname.startsWith('/_control/')) return control(request, response);
    if (url.pathname.startsWith('/attachments/')) return serveFile(request, response, url, { world, clock, faults });
    if (api?.[2] === undefined) return void response.writeHead(404).end();
    void serveRest(request, response, api[2], url.searchParams, { rest, faults, limiter, latencyMs: () => latencyMs });
  };
  // Made anew at each start: servers of Node listen once.
  const makeServers = () => {
    const server = http.createServer(answerHttp);
    server.keepAliveTimeout = 75_000;
    server.requestTimeout = 0;
    const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
    server.on('upgrade', (request: http.IncomingMessage, socket: Socket, head) => {
      log.connected();
      const url = new URL(request.url ?? '/', origin());
      if (url.pathname.replace(/\/$/, '') !== '/gateway' || faults.forGateway('refuse_connect') !== null)
        return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (client) =>
        serveConnection(client, url.searchParams.get('v') ?? '10', hub, context),
      );
    });
    return { server, sockets };
  };
  let servers = makeServers();

  const listen = async (): Promise<void> => {
    servers = makeServers();
    servers.server.listen(port, HOST);
    await once(servers.server, 'listening');
    const address = servers.server.address();
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP address');
    port = address.port;
  };
  const close = async (): Promise<void> => {
    const { server, sockets } = servers;
    // Now, not when the sockets notice: the time in which sessions can be resumed begins.
    for (const session of hub.sessions) if (session.socket !== null) hub.closed(session, 1006);
    for (const client of sockets.clients) client.terminate();
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };

  const userOf = (id: string, given: Partial<User>): User => {
    const user = world.users.get(id) ?? {
      id,
      username: `customer_${id.slice(-4)}`,
      globalName: `Customer ${id.slice(-4)}`,
      bot: false,
    };
    Object.assign(user, given);
    world.users.set(id, user);
    return user;
  };

  const simulator: DiscordSimulator = {
    get apiRoot() {
      return `${origin()}/api`;
    },
    get url() {
      return origin();
    },
    token,
    botId,
    log,
    faults,
    clock,
    get interactions() {
      return interactions.all;
    },
    typing: rest.typing,
    commands: rest.commands,
    get gatewayConnections() {
      return servers.sockets.clients.size;
    },
    get identifiesLeft() {
      return hub.identifiesLeft;
    },
    start: listen,
    stop: close,
    suspend: close,
    resume: listen,
    customer(id = world.newId(), { dm, ...given } = {}) {
      const user = userOf(id, given);
      if (dm !== undefined) world.dmOf(user.id, dm);
      return createCustomer(doings, interactions, user);
    },
    guild(id = world.newId(), given = {}) {
      let guild = world.guilds.get(id);
      if (guild === undefined) {
        guild = {
          id,
          name: given.name ?? `Server ${id.slice(-4)}`,
          ownerId: world.newId(),
          channelIds: new Set(),
          memberIds: new Set(),
          joined: false,
        };
        world.guilds.set(id, guild);
        createGuild(doings, guild).join();
      }
      return createGuild(doings, guild);
    },
    say(channelId, text) {
      const channel = world.channels.get(channelId);
      if (channel === undefined) throw new Error(`the simulator has no channel ${channelId}`);
      return post(doings, channel, { authorId: botId, content: text }).id;
    },
    dispatch: (t, d, guildId = null) => hub.publish({ t, guildId, intents: 0, view: () => d }),
    cut(closeCode) {
      for (const client of servers.sockets.clients) {
        if (closeCode === undefined) client.terminate();
        else client.close(closeCode);
      }
    },
    askToReconnect: () => askToReconnect(hub),
    forgetSessions() {
      for (const session of hub.sessions) hub.forget(session);
    },
    revokeToken(next = true) {
      revoked = next;
    },
    grantIntents(bits) {
      granted = bits;
    },
    setShards(count) {
      context.limits.shards = count;
    },
    setLatency(ms) {
      latencyMs = ms;
    },
    setRateLimits: (limits) => limiter.set(limits),
    setLinkLife(ms) {
      linkLifeMs = ms;
    },
    waitForMessage: (fits, timeoutMs = WAIT_MS) =>
      waitFor(
        (listener) => log.onMessage(listener),
        fits,
        ({ channelId, content }) => `${channelId}: ${content.slice(0, 60)}`,
        timeoutMs,
      ),
  };
  const control = createControl(simulator);
  return simulator;
}
