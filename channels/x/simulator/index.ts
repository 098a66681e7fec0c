import { once } from 'node:events';
import http from 'node:http';
import { seededRandom } from '../../shared/seeded-random.ts';
import { createClock, type PlatformClock } from '../../shared/simulator/clock.ts';
import { waitFor } from '../../shared/simulator/wait-for.ts';
import { createActivityHub } from './activity/hub.ts';
import { type EventStyle, scopeFor } from './activity/occurrence.ts';
import type { StreamConnection } from './activity/streams.ts';
import type { Webhook } from './activity/webhooks.ts';
import { createConsents } from './authorisation/consents.ts';
import { createControl } from './control.ts';
import { DEFAULT_CREDENTIALS, type XSimulatorCredentials } from './credentials.ts';
import { createCustomer, type XCustomer } from './customers.ts';
import { createFaults, type Faults } from './faults.ts';
import { publicFileIn, servePublicFile } from './file-server.ts';
import { createPlan, type Plan } from './plan.ts';
import { createPlatformLog, type PlatformLog, type SentDirect, type SentPost } from './platform-log.ts';
import { addDirect, makePost } from './posting.ts';
import { createRateLimiter, type RateLimits } from './rest/rate-limits.ts';
import type { Platform } from './rest/route.ts';
import { createApiServer } from './rest/server.ts';
import { createUploads } from './rest/uploads.ts';
import { TIMES, type Times } from './times.ts';
import { conversationBetween, createWorld, newPerson, type User } from './world.ts';

export type { EventStyle } from './activity/occurrence.ts';
export { DEFAULT_CREDENTIALS, type XSimulatorCredentials } from './credentials.ts';
export type { CustomerFile, DirectOptions, PostOptions, Seen, XCustomer } from './customers.ts';
export { FAULT_KINDS, type FaultKind, type FaultRule, type Faults } from './faults.ts';
export type { Plan } from './plan.ts';
export type { DeliveredEvent, PlatformLog, SentDirect, SentPost, XApiCall } from './platform-log.ts';
export { PLATFORM_RATE_LIMITS, type RateLimits } from './rest/rate-limits.ts';
export { TIMES, type Times } from './times.ts';

/** The account's user id and handle, where none are asked for. */
export const DEFAULT_SELF_ID = '1500000000000000001';
export const DEFAULT_HANDLE = 'AcmeSupport';

const DEFAULT_LOG_LIMIT = 1_000_000;
const WAIT_MS = 5_000;
const HOST = '127.0.0.1';

export interface XSimulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  selfId?: string;
  handle?: string;
  name?: string;
  credentials?: Partial<XSimulatorCredentials>;
  plan?: Partial<Plan>;
  times?: Partial<Times>;
  /** X's own are `PLATFORM_RATE_LIMITS`; default: so wide that nobody meets them. */
  rateLimits?: RateLimits;
  /** Seed of faults by probability, so that a run can be repeated. Default 1. */
  seed?: number;
  /** Added to every call of the API. */
  latencyMs?: number;
  /** Entries kept per list of the log. Default 1,000,000. */
  logLimit?: number;
}

/** X on loopback: the API, its webhooks and streams, files, and the people who write to the account. */
export interface XSimulator {
  /** What belongs into `apiRoot`; known after {@link XSimulator.start}. */
  readonly apiRoot: string;
  /** The same: files and control are there, too. */
  readonly url: string;
  readonly selfId: string;
  readonly handle: string;
  /** What an account has to be configured with. */
  readonly credentials: XSimulatorCredentials;
  readonly log: PlatformLog;
  readonly faults: Faults;
  readonly clock: PlatformClock;
  /** What the app's plan gives; to be changed at will. */
  readonly plan: Plan;
  readonly times: Times;
  readonly webhooks: readonly Webhook[];
  readonly streams: readonly StreamConnection[];
  /** How often a refresh token was taken. */
  readonly refreshes: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops listening and cuts every connection, so that new ones are refused; `resume` listens on the same port again. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** The person with this id; one without is new. */
  customer(
    id?: string,
    options?: Partial<Pick<User, 'handle' | 'name' | 'isProtected' | 'isAutomated' | 'takesDirects'>>,
  ): XCustomer;
  /** A post of the account that nobody asked for, such as an announcement, or an agent's answer written at X. @returns its id */
  announce(text: string, replyTo?: string): string;
  /** A direct message of the account written at X itself. @returns its id */
  say(userId: string, text: string): string;
  setEventStyle(style: EventStyle): void;
  /** An access token of a consent of its own. @param scopes default: all */
  issueToken(scopes?: readonly string[]): string;
  /** The owner takes their consent back: every OAuth 2.0 token is worth nothing, and whoever subscribed is told. */
  revokeConsent(): void;
  /** Access tokens end now; refresh tokens stay good. */
  expireTokens(): void;
  /** The owner says no when asked for consent. */
  refuseConsent(refused?: boolean): void;
  /** Checks a webhook now, as X does again and again. @returns whether it is valid */
  checkWebhook(id: string): Promise<boolean>;
  /** Cuts the sockets of all streams without a word. */
  cutStreams(): void;
  setLatency(ms: number): void;
  setRateLimits(limits: RateLimits | null): void;
  /** Resolves with the first post of the account that fits, from now on. @throws {Error} after `timeoutMs`. */
  waitForPost(fits: (post: SentPost) => boolean, timeoutMs?: number): Promise<SentPost>;
  waitForDirect(fits: (direct: SentDirect) => boolean, timeoutMs?: number): Promise<SentDirect>;
}

/** Makes a simulator; nothing listens before `start()`. */
export function createXSimulator(options: XSimulatorOptions = {}): XSimulator {
  const credentials = { ...DEFAULT_CREDENTIALS, ...options.credentials };
  const clock = createClock();
  const faults = createFaults(seededRandom(options.seed ?? 1));
  const log = createPlatformLog(options.logLimit ?? DEFAULT_LOG_LIMIT);
  const plan = { ...createPlan(), ...options.plan };
  const times = { ...TIMES, ...options.times };
  const limiter = createRateLimiter(() => clock.nowMs());
  limiter.set(options.rateLimits ?? null);
  let port = options.port ?? 0;
  let latencyMs = options.latencyMs ?? 0;
  const selfId = options.selfId ?? DEFAULT_SELF_ID;
  const world = createWorld(clock, {
    ...newPerson(selfId),
    handle: options.handle ?? DEFAULT_HANDLE,
    name: options.name ?? 'Acme Support',
  });
  const newId = (): string => world.newId();
  const consents = createConsents(credentials, clock, times);
  const mayTell = (eventType: string): boolean => {
    const scope = scopeFor(eventType);
    return scope === null || consents.allows(scope);
  };
  const { appSecret } = credentials;
  const hub = createActivityHub({ selfId, clock, faults, log, plan, times, appSecret, newId, mayTell });
  const platform: Platform = {
    world,
    clock,
    faults,
    log,
    plan,
    times,
    credentials,
    consents,
    uploads: createUploads(clock, newId, () => times.processingMs),
    hub,
    refusesConsent: false,
  };
  const answer = createApiServer(platform, limiter, () => latencyMs);
  const origin = (): string => `http://${HOST}:${port}`;

  const answerHttp = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const url = new URL(request.url ?? '/', origin());
    if (url.pathname.startsWith('/_control/')) return control(request, response);
    const file = publicFileIn(url.pathname);
    if (file !== null) return servePublicFile(request, response, world.publicFile(file), faults);
    void answer(request, response, url);
  };
  // Made anew at each start: servers of Node listen once.
  const makeServer = (): http.Server => {
    const made = http.createServer(answerHttp);
    made.keepAliveTimeout = 75_000;
    made.requestTimeout = 0;
    return made;
  };
  let server = makeServer();

  const listen = async (): Promise<void> => {
    server = makeServer();
    server.listen(port, HOST);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP address');
    port = address.port;
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };

  const simulator: XSimulator = {
    get apiRoot() {
      return origin();
    },
    get url() {
      return origin();
    },
    selfId,
    get handle() {
      return world.userOf(selfId).handle;
    },
    credentials,
    log,
    faults,
    clock,
    plan,
    times,
    get webhooks() {
      return hub.webhooks.all;
    },
    get streams() {
      return hub.streams.connections;
    },
    get refreshes() {
      return consents.refreshes;
    },
    start: listen,
    async stop() {
      hub.webhooks.stop();
      await close();
    },
    suspend: close,
    resume: listen,
    customer(id = newId(), given = {}) {
      world.setUser({ ...(world.users.get(id) ?? newPerson(id)), ...given });
      return createCustomer(platform, id);
    },
    announce: (text, replyTo) => makePost(platform, { authorId: selfId, text, replyToId: replyTo ?? null }).id,
    say(userId, text) {
      const conversationId = conversationBetween(selfId, userId);
      const common = { media: null, pressed: null, origin: {}, otherIds: [userId] };
      const id = newId();
      addDirect(platform, { id, senderId: selfId, conversationId, text, atMs: clock.nowMs(), ...common });
      return id;
    },
    setEventStyle(style) {
      hub.style = style;
    },
    issueToken: (scopes) => consents.issue(scopes),
    revokeConsent() {
      consents.revoke();
      const at = new Date(clock.nowMs()).toISOString();
      const revoke = { date_time: at, target: { app_id: '29820954' }, source: { user_id: selfId } };
      hub.tell({
        activities: [{ type: 'oauth.revoke', userId: null }],
        subject: null,
        userId: null,
        payload: { date_time: at, user_id: selfId, app_id: '29820954' },
        older: { user_event: { revoke } },
      });
    },
    expireTokens: () => consents.expire(),
    refuseConsent(refused = true) {
      platform.refusesConsent = refused;
    },
    async checkWebhook(id) {
      const webhook = hub.webhooks.find(id);
      if (webhook === undefined) throw new Error(`the simulator has no webhook ${id}`);
      await hub.webhooks.check(webhook);
      return webhook.valid;
    },
    cutStreams: () => hub.streams.cut(),
    setLatency(ms) {
      latencyMs = ms;
    },
    setRateLimits: (limits) => limiter.set(limits),
    waitForPost: (fits, timeoutMs = WAIT_MS) => waitFor((listener) => log.onPost(listener), fits, shortly, timeoutMs),
    waitForDirect: (fits, timeoutMs = WAIT_MS) =>
      waitFor((listener) => log.onDirect(listener), fits, shortly, timeoutMs),
  };
  const control = createControl(simulator);
  return simulator;
}

function shortly({ text }: { text: string }): string {
  return text.slice(0, 60);
}
