import { once } from 'node:events';
import { seededRandom } from '../../shared/seeded-random.ts';
import { waitFor } from '../../shared/simulator/wait-for.ts';
import { type Bot, type BotOptions, createBot } from './bot.ts';
import { type BusinessAccount, createBusiness } from './business.ts';
import { createCallbackQueries } from './callback-queries.ts';
import { type ChatView, viewChat } from './chat-view.ts';
import { type Clock, createClock } from './clock.ts';
import { createControl } from './control.ts';
import { type Customer, createCustomer } from './customers.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFileStore, type StoredFile } from './file-store.ts';
import { createFloodControl, type FloodLimits } from './flood-limits.ts';
import { createGroup, type Group } from './groups.ts';
import type { MethodContext } from './method.ts';
import { createPlatformLog, type PlatformLog, type SentMessage, type UpdateRecord } from './platform-log.ts';
import { createServer } from './server.ts';
import { WEBHOOK_TIMES, type WebhookTimes } from './webhook-sender.ts';
import { createWorld, type Person } from './world.ts';
import type { Audience } from './writing.ts';

export type { BusinessAccount } from './business.ts';
export type { CallbackAnswer } from './callback-queries.ts';
export type { ChatEntry, ChatView } from './chat-view.ts';
export type { Content } from './contents.ts';
export type { Customer } from './customers.ts';
export type { FaultKind, FaultRule, Faults } from './faults.ts';
export type { FloodLimits } from './flood-limits.ts';
export type { ForwardOrigin } from './forward-origin.ts';
export type { Group } from './groups.ts';
export type { AcceptedCall, PlatformLog, SentMedia, SentMessage, UpdateRecord } from './platform-log.ts';
export type { BusinessRights, Person } from './world.ts';
export type { WriteOptions, Written } from './writing.ts';

export interface TelegramSimulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  /** The bots there are; default: one with {@link DEFAULT_TOKEN}. The first is meant where none is named. */
  bots?: readonly (Partial<BotOptions> & { token: string })[];
  /** Seed of update ids and of faults by probability, so that a run can be repeated. Default 1. */
  seed?: number;
  /** Number of the first message in each chat, for one that meets a store it has met before. Default 1. */
  firstMessageId?: number;
  /** Added to every call but getUpdates, milliseconds. */
  latencyMs?: number;
  floodLimits?: FloodLimits;
  webhookTimes?: Partial<WebhookTimes>;
  /** Entries kept per list of the log. Default 1,000,000. */
  logLimit?: number;
  /** Takes files by their address: nothing is fetched, a made up one is taken in. Default: refused with 400. */
  takesFileUrls?: boolean;
}

/** Token of the bot that is there when none is asked for. */
export const DEFAULT_TOKEN = '700000001:simulator-bot-token';

/** Telegram on loopback: the Bot API, and the people who write to the bots. */
export interface TelegramSimulator {
  /** What belongs into `apiRoot`. Known after {@link TelegramSimulator.start}. */
  readonly url: string;
  readonly token: string;
  readonly log: PlatformLog;
  readonly faults: Faults;
  /** The platform's time; moving it on lets links, presses and chances to delete run out. */
  readonly clock: Clock;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The person with this id, who has the given name at first. `bot` is the token of the bot they write to. */
  customer(id: number, options?: Partial<Omit<Person, 'id'>> & { bot?: string }): Customer;
  /** The group with this id (negative; supergroups from -1000000000001 down). */
  group(id: number, options?: { title?: string; bot?: string }): Group;
  /** The account of a business owner, where `id` names the connection of bot and account. */
  business(owner: Person, options?: { id?: string; bot?: string }): BusinessAccount;
  /** The file with this `file_id`, as the platform knows it; null when there is none. */
  file(fileId: string, bot?: string): StoredFile | null;
  /** The chat as its people see it now. */
  view(chatId: number, options?: { businessId?: string; bot?: string }): ChatView;
  /** Hands out an update as it is; without `update_id` it gets the next one, with one counting goes on from there. */
  push(update: Readonly<Record<string, unknown>>, bot?: string): UpdateRecord;
  setLatency(ms: number): void;
  setFloodLimits(limits: FloodLimits | null): void;
  /** Resolves with the first message that fits, from now on. @throws {Error} after `timeoutMs`. */
  waitForMessage(fits: (message: SentMessage) => boolean, timeoutMs?: number): Promise<SentMessage>;
  /** Resolves when every update was confirmed. @throws {Error} after `timeoutMs`. */
  waitForAcks(timeoutMs?: number): Promise<void>;
}

const DEFAULT_LOG_LIMIT = 1_000_000;
const DEFAULT_WAIT_MS = 5_000;
const ACK_POLL_MS = 10;

/** Makes a simulator; nothing listens before `start()`. */
export function createTelegramSimulator(options: TelegramSimulatorOptions = {}): TelegramSimulator {
  const random = seededRandom(options.seed ?? 1);
  const log = createPlatformLog(options.logLimit ?? DEFAULT_LOG_LIMIT);
  const faults = createFaults(random);
  const flood = createFloodControl(() => performance.now());
  flood.set(options.floodLimits ?? null);
  const world = createWorld(options.firstMessageId);
  const clock = createClock();
  const files = createFileStore(clock);
  const queries = createCallbackQueries(clock);
  const times = { ...WEBHOOK_TIMES, ...options.webhookTimes };
  let latencyMs = options.latencyMs ?? 0;
  let url = '';

  const bots = new Map<string, Bot>();
  for (const entry of options.bots ?? [{ token: DEFAULT_TOKEN }]) {
    const bot = createBot(
      { username: 'parley_simulator_bot', name: 'Support', readsAllGroupMessages: true, ...entry },
      times,
      log,
      faults,
      random,
    );
    bots.set(entry.token, bot);
  }
  const token = bots.keys().next().value ?? DEFAULT_TOKEN;
  const botOf = (wanted: string = token): Bot => {
    const bot = bots.get(wanted);
    if (bot === undefined) throw new Error(`the simulator has no bot with the token ${JSON.stringify(wanted)}`);
    return bot;
  };

  const waitForMessage = (fits: (message: SentMessage) => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<SentMessage> =>
    waitFor(
      (listener) => log.onMessage(listener),
      fits,
      ({ chatId, text }) => `${chatId}: ${text.slice(0, 60)}`,
      timeoutMs,
    );
  const audience: Audience = { world, log, clock, files, queries, waitForMessage };

  const simulator: TelegramSimulator = {
    get url() {
      return url;
    },
    token,
    log,
    faults,
    clock,
    async start() {
      server.listen(options.port ?? 0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP address');
      url = `http://127.0.0.1:${address.port}`;
    },
    async stop() {
      for (const bot of bots.values()) bot.stop();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    customer: (id, { bot, ...person } = {}) =>
      createCustomer(audience, botOf(bot), {
        firstName: `Customer ${id}`,
        ...world.find(id)?.person,
        ...person,
        id,
      }),
    group: (id, { title = `Group ${id}`, bot } = {}) => createGroup(audience, botOf(bot), id, title),
    business: (owner, { id = `bC_${owner.id}`, bot } = {}) => createBusiness(audience, botOf(bot), owner, id),
    file: (fileId, bot) => files.find(botOf(bot).id, fileId),
    view: (chatId, { businessId, bot } = {}) => viewChat(audience, botOf(bot), chatId, businessId ?? null),
    push: (update, bot) => botOf(bot).publishRaw(update),
    setLatency(ms) {
      latencyMs = ms;
    },
    setFloodLimits: (limits) => flood.set(limits),
    waitForMessage,
    async waitForAcks(timeoutMs = DEFAULT_WAIT_MS) {
      const deadlineMs = performance.now() + timeoutMs;
      for (;;) {
        const open = log.updates.filter((update) => update.ackedAtMs === null);
        if (open.length === 0) return;
        if (performance.now() > deadlineMs) {
          throw new Error(`${open.length} updates not confirmed within ${timeoutMs} ms, first ${open[0]?.updateId}`);
        }
        await new Promise((resolve) => setTimeout(resolve, ACK_POLL_MS));
      }
    },
  };
  const contextOf = (bot: Bot): MethodContext => {
    return { bot, world, log, clock, files, queries, takesFileUrls: options.takesFileUrls ?? false };
  };
  // Made once: calls are many, bots few.
  const contexts = new Map([...bots.values()].map((bot) => [bot, contextOf(bot)]));
  const server = createServer({
    bots,
    contextOf: (bot) => contexts.get(bot) ?? contextOf(bot),
    log,
    files,
    faults,
    flood,
    latencyMs: () => latencyMs,
    control: createControl(simulator, log),
  });
  return simulator;
}
