/** The gateways that are compared, each started afresh as a process of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMs, freePort, rssMb, start, stop } from './processes.js';
import { createStores } from './stores.js';

const TOKEN = '700000001:bench-token';
/** Its first part is the id of the bot in base64, as the platform makes them. */
export const DISCORD_TOKEN = 'MTAwMDAwMDAwMDAwMDAwMDAx.bench.token-of-the-bench';
const SECRET = 'bench-webhook-secret';
const START_LIMIT_MS = 60_000;

/** By short name: what the table calls it, its program, and what it needs. */
export const CONTENDERS = {
  telegraf: { title: 'bare telegraf', program: 'bare-telegraf.js' },
  hop: { title: 'telegraf + 1 BullMQ hop', program: 'telegraf-bullmq.js', redis: true },
  twohop: { title: 'raw two-hop BullMQ', program: 'two-hop-bullmq.js', redis: true },
  chatsdk: { title: 'Chat SDK, queue', program: 'chat-sdk.js', redis: true },
  parley: { title: 'Parley, Postgres + Redis', program: 'parley.js', redis: true, store: 'postgres' },
  embedded: { title: 'Parley, embedded', program: 'parley.js', store: 'embedded' },
  discordjs: { title: 'bare discord.js', program: 'bare-discord.js', platform: 'discord' },
  discordlean: { title: 'discord.js, caches off', program: 'bare-discord.js', platform: 'discord', lean: true },
  parleydc: {
    title: 'Parley, Postgres + Redis',
    program: 'parley.js',
    platform: 'discord',
    redis: true,
    store: 'postgres',
  },
  parleyweb: {
    title: 'Parley, Postgres + Redis',
    program: 'parley.js',
    platform: 'web',
    redis: true,
    store: 'postgres',
  },
  embeddedweb: { title: 'Parley, embedded', program: 'parley.js', platform: 'web', store: 'embedded' },
  twitterapi: { title: 'bare twitter-api-v2', program: 'bare-twitter-api-v2.js', platform: 'x' },
  parleyx: {
    title: 'Parley, Postgres + Redis, stream',
    program: 'parley.js',
    platform: 'x',
    mode: 'stream',
    redis: true,
    store: 'postgres',
  },
  parleyxpoll: {
    title: 'Parley, Postgres + Redis, polling',
    program: 'parley.js',
    platform: 'x',
    mode: 'polling',
    redis: true,
    store: 'postgres',
  },
  embeddedx: {
    title: 'Parley, embedded, stream',
    program: 'parley.js',
    platform: 'x',
    mode: 'stream',
    store: 'embedded',
  },
  embeddeddc: { title: 'Parley, embedded', program: 'parley.js', platform: 'discord', store: 'embedded' },
};

/**
 * Makes the starter of contenders.
 * @param {{apiRoot: string, redis: object, postgres: object, nodeOptions?: string[]}} surroundings
 */
export function createContenders({ apiRoot, redis, postgres, nodeOptions = [] }) {
  const stores = createStores(postgres);

  /** What a contender is told of the platform it talks to. */
  function platformSettings({ platform, lean = false, mode }, its) {
    switch (platform) {
      case 'discord':
        return { apiRoot: its.apiRoot, token: DISCORD_TOKEN, supportChannels: its.support, lean };
      case 'x':
        return { apiRoot: its.apiRoot, keys: its.keys, mode };
      default:
        return { apiRoot, token: TOKEN };
    }
  }

  /**
   * Starts one. Its stores are empty unless `keep` (what an earlier one left behind in `left`) is given.
   * @param {keyof typeof CONTENDERS} name
   * @param {{apiRoot: string, support: readonly string[], keys: object | null}} [platform] the Discord or X it talks to
   */
  async function launch(name, platform) {
    const kind = CONTENDERS[name];
    if (kind.redis) await redis.flush();
    const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
    const port = await freePort();
    const path = kind.platform === 'web' ? '/chat/site' : kind.store === undefined ? '/hook' : '/hooks/tg';
    const settings = {
      ...platformSettings(kind, platform),
      secret: SECRET,
      path,
      port,
      redisUrl: redis.url,
    };
    const store = kind.store === 'postgres' ? await stores.create() : null;
    if (kind.store !== undefined) {
      settings.configFile = join(folder, 'parley.yaml');
      writeFileSync(settings.configFile, configOf(settings, accountOf(kind, settings), folder, store));
    }
    let child;
    let storePid = null;
    let storeUrl = store?.url ?? null;

    async function up() {
      const startedAt = performance.timeOrigin + performance.now();
      const program = fileURLToPath(new URL(`../contenders/${kind.program}`, import.meta.url));
      const nodeArgs = kind.store === undefined ? [] : nodeOptions;
      child = start(process.execPath, [...nodeArgs, program, JSON.stringify(settings)], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: { ...process.env, NODE_ENV: 'production' },
      });
      const started = child;
      started.on('message', (message) => {
        storePid = message.storePid ?? storePid;
        storeUrl = message.storeUrl ?? storeUrl;
      });
      const isUp = new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${kind.title} does not start`)), START_LIMIT_MS);
        const settle = (outcome) => {
          clearTimeout(timer);
          outcome();
        };
        started.on('message', ({ ready }) => ready && settle(resolve));
        started.once('exit', (code) => settle(() => reject(new Error(`${kind.title} ended with ${code}`))));
      });
      isUp.catch(() => undefined);
      return { isUp, startedAt };
    }

    const { isUp, startedAt } = await up();
    const pids = () => [
      child.pid,
      ...(kind.redis ? redis.pids() : []),
      ...(kind.store === 'postgres' ? postgres.pids() : []),
      ...(storePid === null ? [] : [storePid]),
    ];
    return {
      name,
      title: kind.title,
      startedAt,
      isUp,
      target: { port, path, secret: SECRET },
      /** CPU so far, milliseconds: of the process itself and of the servers it uses. */
      cpu: () => ({
        node: cpuMs([child.pid]),
        redis: kind.redis ? cpuMs(redis.pids()) : 0,
        postgres: kind.store === 'postgres' ? cpuMs(postgres.pids()) : storePid === null ? 0 : cpuMs([storePid]),
      }),
      rss: () => rssMb([child.pid]),
      pids,
      storeUrl: () => storeUrl,
      kill: () => child.kill('SIGKILL'),
      /** Starts it again on what it left behind. */
      restart: up,
      async end() {
        await stop(child);
        // A server that a killed gateway left behind belongs to nobody.
        if (storePid !== null) await endStore(storePid);
        await store?.drop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  return { launch, stores };
}

async function endStore(pid) {
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  for (const deadlineMs = performance.now() + 5_000; alive() && performance.now() < deadlineMs; ) {
    process.kill(pid, 'SIGQUIT');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** As wide as the settings go: all visitors come from one address. */
const WEB_LIMITS = {
  messagesPerMinute: 10_000,
  messagesPerMinuteAndAddress: 100_000,
  visitorsPerMinuteAndAddress: 100_000,
  streamsPerAddress: 10_000,
};

function accountOf({ platform }, { apiRoot, token, secret, supportChannels, keys, mode }) {
  switch (platform) {
    case 'discord':
      return { id: 'dc', channel: 'discord', token, apiRoot, support: { channels: supportChannels }, pace: 'off' };
    case 'x':
      return { id: 'x', channel: 'x', mode, apiRoot, ...keys, pace: 'off' };
    case 'web':
      return { id: 'site', channel: 'web', origins: ['https://shop.example'], limits: WEB_LIMITS };
    default:
      return { id: 'tg', channel: 'telegram', token, mode: 'webhook', webhookSecret: secret, apiRoot, pace: 'off' };
  }
}

function configOf({ port, redisUrl }, account, folder, store) {
  const data = join(folder, 'data');
  mkdirSync(data);
  // JSON is YAML.
  return JSON.stringify({
    data,
    store: { url: store?.url ?? 'embedded' },
    queue: { url: store === null ? 'store' : redisUrl },
    http: { host: '127.0.0.1', port },
    accounts: [account],
    bot: { brains: ['echo'] },
    log: { level: 'warn' },
  });
}
