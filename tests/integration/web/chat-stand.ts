import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { web } from '../../../channels/web/index.ts';
import { type ChatVisitor, createVisitor, type VisitorOptions } from '../../../channels/web/simulator/visitor.ts';
import { loadConfig } from '../../../config/load.ts';
import { hashPassword } from '../../../src/access/passwords.ts';
import { startGateway } from '../../../src/app.ts';
import { migrateStore } from '../../../src/cli/store-access.ts';
import { createLog } from '../../../src/observability/log.ts';
import { DeskClient } from '../../kit/desk/client.ts';
import { startPlainPostgres } from '../../kit/servers/postgres.ts';
import { ask } from '../cli/cli-kit.ts';

export const PASSWORD = 'correct horse battery';
export const SITE_SECRET = 'the secret of the site in this test, 32 or more';

/** A whole gateway with one chat over real HTTP, and a lead who is signed in. */
export interface ChatStand {
  /** Of the gateway, without a slash at its end. */
  readonly address: string;
  /** Of the chat, with a slash at its end. */
  readonly chat: string;
  readonly lead: DeskClient;
  readonly email: string;
  readonly lines: readonly string[];
  visitor(options?: VisitorOptions): ChatVisitor;
  query<Row extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the gateway and starts it again on the same store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param account settings of the chat; `brains` as in the configuration */
export async function startChatStand(account: object = {}, brains: readonly string[] = ['echo']): Promise<ChatStand> {
  const postgres = await startPlainPostgres();
  const url = await postgres.createDatabase();
  await migrateStore(url, 'store');
  const folder = mkdtempSync(join(tmpdir(), 'parley-chat-'));
  const lines: string[] = [];
  const visitors: ChatVisitor[] = [];
  let port = 0;
  const start = async () => {
    const file = join(folder, 'parley.yaml');
    const entry = { id: 'site', channel: 'web', origins: ['http://shop.test'], secret: SITE_SECRET, ...account };
    writeFileSync(
      file,
      stringify({
        data: folder,
        store: { url },
        http: { port },
        masterKey: '5a'.repeat(32),
        accounts: [entry],
        bot: { brains: [...brains], turnPause: '0ms', turnPauseMax: '0ms', greeting: false },
        teams: [{ id: 'support', name: 'Support', languages: [] }],
      }),
    );
    const { config } = loadConfig({ file, channels: new Map([['web', web.configSchema]]), env: {} });
    return startGateway({
      config,
      storeUrl: url,
      embedded: false,
      roles: ['ingress', 'worker', 'web', 'connector'],
      log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
    });
  };
  let gateway = await start();
  const address = gateway.address ?? '';
  port = Number(new URL(address).port);
  const email = 'mei@parley.test';
  await ask(url, `INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, $2, 'Mei', 'lead', $3)`, [
    randomUUID(),
    email,
    await hashPassword(PASSWORD),
  ]);
  const lead = new DeskClient(port, `127.0.0.1:${port}`);
  const { status } = await lead.signIn(email, PASSWORD);
  if (status !== 200) throw new Error(`signing in: ${status}`);
  return {
    address,
    chat: `${address}/chat/site/`,
    lead,
    email,
    lines,
    visitor(options = {}) {
      const visitor = createVisitor(`${address}/chat/site/`, { seed: randomUUID().slice(0, 8), ...options });
      visitors.push(visitor);
      return visitor;
    },
    query: (text, values) => ask(url, text, values),
    async restart() {
      await gateway.stop();
      gateway = await start();
    },
    async stop() {
      await Promise.all(visitors.map((visitor) => visitor.leave()));
      await gateway.stop();
      await postgres.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
