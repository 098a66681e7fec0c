import { createServer } from 'node:net';
import { email } from '../channels/email/index.ts';
import { createMailSimulator } from '../channels/email/simulator/index.ts';
import { telegram } from '../channels/telegram/index.ts';
import { createTelegramSimulator } from '../channels/telegram/simulator/index.ts';
import type { Config } from '../config/schema.ts';
import type { SandboxSide } from './app.ts';
import { createOpened } from './core/close-in-turn.ts';
import type { Log } from './core/ports/log.ts';
import { demoPassword } from './sandbox/demo-password.ts';
import { bringInDemoPeople, DEMO_PEOPLE, DEMO_TEAMS } from './sandbox/demo-people.ts';
import { sandboxGreeting } from './sandbox/greeting.ts';
import { createMarks } from './sandbox/marks.ts';
import { createPlayground } from './sandbox/playground.ts';
import { sandboxRoutes } from './sandbox/routes.ts';
import { keepWorker } from './sandbox/worker-keeper.ts';
import { openDatabase } from './store/database.ts';

/** The sandbox: a gateway on a simulated Telegram and a simulated mail server in this process, and a worker beside it. */
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

/** The port if it is free, else 0: any. */
async function freeOr0(host: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(0));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(port)));
  });
}

/** Starts the simulator and the worker's process, and makes a configuration of defaults and the simulated account. */
export async function startSandbox(base: Config, log: Log): Promise<Sandbox> {
  const startedMs = Date.now();
  const nowSeconds = Math.floor(startedMs / 1_000);
  const simulator = createTelegramSimulator({
    port: await freeOr0('127.0.0.1', SIMULATOR_PORT),
    // The data folder remembers earlier runs: numbers that begin anew would be taken for repeats.
    seed: nowSeconds,
    firstMessageId: nowSeconds % 2_000_000_000,
  });
  await simulator.start();
  const mail = createMailSimulator({ authservId: 'mx.parley.test' });
  // As with the phones: numbers of an earlier run must not come again.
  mail.mailbox().inbox.renumber(nowSeconds);
  await mail.start();
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
  const config: Config = {
    ...base,
    http: { ...base.http, port: await freeOr0(base.http.host, base.http.port) },
    accounts: [{ ...account }, { ...mailbox }],
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
      // Its health is served at any port: this process has the one people know.
      const working = worker.begin({ config: { ...config, http: { ...config.http, port: 0 } }, storeUrl });
      // Whoever waits for it hears of it; until then it must not end the process.
      working.catch(() => undefined);
      await bringInDemoPeople(database, password);
      const playground = createPlayground({
        simulator,
        mail,
        worker,
        marks,
        database,
        dataFolder: config.dataFolder,
        password,
        log,
      });
      opened.add('playground', () => playground.close());
      opened.add('worker process', () => worker.stop());
      // First of all, for the HTTP side stops only when nobody waits for an answer.
      opened.add('waiting pages', () => marks.release());
      return {
        side: { demo: { email: DEMO_PEOPLE[0].email, password }, routes: sandboxRoutes(() => playground) },
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
      await Promise.all([simulator.stop(), mail.stop()]);
    },
  };
}
