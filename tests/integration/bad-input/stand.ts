import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelFactories } from '../../../channels/registry.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import { loadConfig } from '../../../config/load.ts';
import { startGateway } from '../../../src/app.ts';
import { createKeyRing } from '../../../src/files/crypto.ts';
import { decodeMasterKey } from '../../../src/files/master-key.ts';
import { createLog } from '../../../src/observability/log.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { freePort } from '../../kit/servers/process.ts';
import { startRedis } from '../../kit/servers/redis.ts';

export const WEBHOOK_SECRET = 'webhook-secret-of-the-bad-input-test';
const MASTER_KEY = '5a'.repeat(32);

/** What a request may be made of besides its body. */
export interface PostOptions {
  path?: string;
  method?: string;
  /** Left out: the right secret and application/json. An array sends the header once per value. */
  headers?: Readonly<Record<string, string | string[]>>;
  /** Send without a length, in chunks. */
  chunked?: boolean;
}

export interface Answer {
  status: number;
  body: string;
}

/** A whole gateway in this process: simulated Telegram, webhook, Postgres, Redis, echo bot. */
export interface Stand {
  readonly telegram: TelegramSimulator;
  readonly database: Database;
  readonly port: number;
  /** Every finished log line so far. */
  readonly lines: string[];
  /** The name under which an event key over the limit, or a malformed payload, is stored. */
  digest(data: string | Buffer): string;
  post(body: Buffer | string, options?: PostOptions): Promise<Answer>;
  close(): Promise<void>;
}

export async function startStand(): Promise<Stand> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bad-input-'));
  const [postgres, redis] = await Promise.all([startPlainPostgres(), startRedis()]);
  const telegram = createTelegramSimulator();
  await telegram.start();
  const storeUrl = await postgres.createDatabase();
  const database = openDatabase({ url: storeUrl, log: quietLog(), max: 2 });
  await migrate(database.pool, migrations);

  const port = await freePort();
  const file = join(folder, 'parley.yaml');
  const yaml = `
data: ${folder}
store: { url: "${storeUrl}" }
queue: { url: "${redis.url}" }
http: { port: ${port}, publicUrl: "http://127.0.0.1:${port}" }
masterKey: "${MASTER_KEY}"
accounts:
  - { id: tg, channel: telegram, token: "${telegram.token}", mode: webhook, webhookSecret: ${WEBHOOK_SECRET},
      registerWebhook: true, apiRoot: "${telegram.url}", groups: all }
bot: { brains: [echo] }
log: { level: debug }
`;
  writeFileSync(file, yaml);
  const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
  const { config } = loadConfig({ file, channels, env: {} });
  const lines: string[] = [];
  const gateway = await startGateway({
    config,
    storeUrl,
    embedded: false,
    roles: ['ingress', 'worker', 'web', 'connector'],
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
  });
  await eventually(async () => {
    const row = await database.db.selectFrom('account').select('state').executeTakeFirstOrThrow();
    return JSON.stringify(row.state).includes('"connected"');
  });

  const keys = createKeyRing([{ version: 1, bytes: decodeMasterKey(MASTER_KEY) }]);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  return {
    telegram,
    database,
    port,
    lines,
    digest: (data) => keys.digest(data, 'event-key').toString('hex'),
    post: (body, options) => post(agent, port, Buffer.from(body), options),
    async close() {
      agent.destroy();
      await gateway.stop();
      await database.close();
      await telegram.stop();
      await Promise.all([postgres.close(), redis.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The headers of a genuine delivery. */
export const GENUINE: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'x-telegram-bot-api-secret-token': WEBHOOK_SECRET,
};

function post(agent: Agent, port: number, body: Buffer, options: PostOptions = {}): Promise<Answer> {
  const { path = '/hooks/tg', method = 'POST', headers = GENUINE, chunked = false } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent,
      headers: { ...headers, ...(chunked ? {} : { 'content-length': String(body.length) }) },
    });
    let status: number | undefined;
    outgoing.on('response', (response) => {
      status = response.statusCode;
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: status ?? 0, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    // A refusal may come before the body was taken; what is then still being written breaks, the answer counts.
    outgoing.on('error', (error) => (status === undefined ? reject(error) : resolve({ status, body: '' })));
    outgoing.end(body);
  });
}
