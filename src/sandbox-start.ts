import { randomBytes } from 'node:crypto';
import { discord } from '../channels/discord/index.ts';
import { createDiscordSimulator } from '../channels/discord/simulator/index.ts';
import { email } from '../channels/email/index.ts';
import { createMailSimulator } from '../channels/email/simulator/index.ts';
import { telegram } from '../channels/telegram/index.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../channels/telegram/simulator/index.ts';
import { web } from '../channels/web/index.ts';
import { x } from '../channels/x/index.ts';
import { createXSimulator } from '../channels/x/simulator/index.ts';
import type { Config } from '../config/schema.ts';
import type { SandboxSide } from './app.ts';
import { createOpened } from './core/close-in-turn.ts';
import type { Log } from './core/ports/log.ts';
import { begunChats } from './sandbox/begun-chats.ts';
import { demoPassword } from './sandbox/demo-password.ts';
import { bringInDemoPeople, DEMO_PEOPLE, DEMO_TEAMS } from './sandbox/demo-people.ts';
import { openDemoServer, SUPPORT_PLACES } from './sandbox/discord/server.ts';
import { sandboxGreeting } from './sandbox/greeting.ts';
import { holdPort } from './sandbox/held-port.ts';
import { createMarks } from './sandbox/marks.ts';
import { createPlayground } from './sandbox/playground.ts';
import { sandboxRoutes } from './sandbox/routes.ts';
import { createVisitorLine } from './sandbox/web-chat/visitor-line.ts';
import { keepWorker } from './sandbox/worker-keeper.ts';
import { openDatabase } from './store/database.ts';

/** The sandbox: a gateway on simulated platforms in this process, a chat for a site, and a worker beside it. */
export interface Sandbox {
  readonly config: Config;
  /** Once the store is there: brings in the demo people and sets the worker going. */
  open(storeUrl: string): Promise<OpenSandbox>;
  stop(): Promise<void>;
}

/** A sandbox with its store. */
export interface OpenSandbox {
  /** What the gateway needs of it. */
  readonly side: SandboxSide;
  /** Resolves when the worker works. */
  readonly working: Promise<void>;
  /** What a newcomer reads when the sandbox is up. */
  greeting(address: string): string;
  /** Ends worker and playground; the simulator goes on until the gateway has stopped. */
  close(): Promise<void>;
}

const SIMULATOR_PORT = 8090;
/** Account of the chat; its page is below this path. */
const CHAT = 'sandbox-web';
const CHAT_PAGE = `/chat/${CHAT}/`;

/** Telegram at the address that the documents name or, where somebody listens there, at any. */
async function startTelegram(nowSeconds: number): Promise<TelegramSimulator> {
  // The data folder remembers earlier runs: numbers that begin anew would be taken for repeats.
  const numbers = { seed: nowSeconds, firstMessageId: nowSeconds % 2_000_000_000 };
  const simulator = createTelegramSimulator({ port: SIMULATOR_PORT, ...numbers });
  try {
    await simulator.start();
    return simulator;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
  }
  const elsewhere = createTelegramSimulator(numbers);
  await elsewhere.start();
  return elsewhere;
}

/** The addresses under which a browser on this machine has the page: what its frame may be shown by. */
function originsOf(host: string, port: number): string[] {
  const named = host.includes(':') ? `[${host}]` : host;
  return [...new Set([named, '127.0.0.1', 'localhost'])].map((name) => `http://${name}:${port}`);
}

/** Starts the simulators and the worker's process, and makes a configuration of defaults and the simulated accounts. */
export async function startSandbox(base: Config, log: Log): Promise<Sandbox> {
  const startedMs = Date.now();
  const nowSeconds = Math.floor(startedMs / 1_000);
  const simulator = await startTelegram(nowSeconds);
  const mail = createMailSimulator({ authservId: 'mx.parley.test' });
  // As with the phones: numbers of an earlier run must not come again.
  mail.mailbox().inbox.renumber(nowSeconds);
  await mail.start();
  const platform = createDiscordSimulator({ botName: 'Support' });
  const server = openDemoServer(platform);
  await platform.start();
  const social = createXSimulator({ handle: 'ExampleSupport', name: 'Support' });
  await social.start();
  const door = await holdPort(base.http.host, base.http.port);
  const secret = randomBytes(32).toString('base64url');
  const line = createVisitorLine();
  const account = telegram.configSchema.parse({
    id: 'sandbox',
    channel: 'telegram',
    token: simulator.token,
    apiRoot: simulator.url,
  });
  const mailbox = email.configSchema.parse({
    id: 'sandbox-mail',
    channel: 'email',
    address: mail.address,
    name: 'Parley Support',
    imap: { ...mail.imap, secure: false, user: mail.address, password: mail.password, spamFolder: 'Spam' },
    smtp: { ...mail.smtp, secure: false, user: mail.address, password: mail.password },
    authservIds: [mail.authservId],
  });
  const bot = discord.configSchema.parse({
    id: 'sandbox-discord',
    channel: 'discord',
    token: platform.token,
    apiRoot: platform.apiRoot,
    support: SUPPORT_PLACES,
  });
  const { clientSecret: _none, refreshToken: _later, clientId: _client, ...keys } = social.credentials;
  const posts = x.configSchema.parse({
    id: 'sandbox-x',
    channel: 'x',
    mode: 'stream',
    apiRoot: social.apiRoot,
    ...keys,
    handle: social.handle,
    budgetPerDay: 20,
  });
  const chat = web.configSchema.parse({
    id: CHAT,
    channel: 'web',
    origins: originsOf(base.http.host, door.port),
    secret,
    title: 'Parley Support',
  });
  const config: Config = {
    ...base,
    http: { ...base.http, port: door.port },
    accounts: [{ ...account }, { ...mailbox }, { ...bot }, { ...posts }, { ...chat }],
    teams: DEMO_TEAMS,
  };
  const marks = createMarks(startedMs);
  const worker = keepWorker(log, marks.bump);
  return {
    config,
    async open(storeUrl) {
      const opened = createOpened(log);
      const database = openDatabase({ url: storeUrl, log, max: 2, applicationName: 'parley-sandbox' });
      opened.add('sandbox store', () => database.close());
      const password = demoPassword(config.dataFolder);
      // Before anything is sent: the platform knows again who is there.
      const playground = createPlayground({
        simulator,
        begun: await begunChats(database, account.id),
        mail,
        discord: platform,
        server,
        x: social,
        webChat: { page: CHAT_PAGE, secret, line },
        worker,
        marks,
        database,
        dataFolder: config.dataFolder,
        password,
        log,
      });
      opened.add('playground', () => playground.close());
      opened.add('worker process', () => worker.stop());
      // Its health is served at any port: this process has the one people know.
      const working = worker.begin({ config: { ...config, http: { ...config.http, port: 0 } }, storeUrl });
      // Whoever waits for it hears of it; until then it must not end the process.
      working.catch(() => undefined);
      await bringInDemoPeople(database, password);
      // First of all, for the HTTP side stops only when nobody waits for an answer.
      opened.add('waiting pages', () => marks.release());
      // The gateway is about to listen there itself.
      await door.release();
      return {
        side: {
          demo: { email: DEMO_PEOPLE[0].email, password },
          routes: sandboxRoutes(() => playground),
          frame: CHAT_PAGE,
          between: line.between,
        },
        working,
        greeting: (address) =>
          sandboxGreeting({
            address,
            password,
            dataFolder: config.dataFolder,
            controlUrl: `${simulator.url}/_control`,
          }),
        close: () => opened.close(),
      };
    },
    async stop() {
      await worker.stop();
      await Promise.all([simulator.stop(), mail.stop(), platform.stop(), social.stop(), door.release()]);
    },
  };
}
