import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { channelFactories } from '../../../channels/registry.ts';
import { loadConfig } from '../../../config/load.ts';
import { hashPassword } from '../../../src/access/passwords.ts';
import { accountList } from '../../../src/api/contract/accounts.ts';
import { type Gateway, startGateway } from '../../../src/app.ts';
import { createLog } from '../../../src/observability/log.ts';
import { DeskClient } from '../../kit/desk/client.ts';
import { ask } from '../cli/cli-kit.ts';

const PASSWORD = 'correct horse battery';
/** Instead of once a minute. */
const WATCH_MS = 300;

export type Account = z.infer<typeof accountList>['accounts'][number];

/** A whole gateway in this process over a real store, asked over HTTP as people do. */
export interface HealthStand {
  readonly gateway: Gateway;
  readonly address: string;
  readonly port: number;
  /** Every finished log line so far. */
  readonly lines: string[];
  /** The accounts as somebody of this role is shown them. */
  accounts(role?: 'agent' | 'lead' | 'admin'): Promise<Account[]>;
  /** The one account of most tests, as an administrator sees it. */
  account(): Promise<Account & { details: NonNullable<Account['details']> }>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export async function startHealthStand(url: string, accounts: object[], http: object): Promise<HealthStand> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-health-'));
  const file = join(folder, 'parley.yaml');
  writeFileSync(
    file,
    stringify({ data: folder, store: { url }, http, masterKey: '5a'.repeat(32), accounts, bot: { brains: ['echo'] } }),
  );
  const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
  const { config } = loadConfig({ file, channels, env: {} });
  const lines: string[] = [];
  const gateway = await startGateway({
    config,
    storeUrl: url,
    embedded: false,
    roles: ['ingress', 'worker', 'web', 'connector'],
    log: createLog({ level: 'info', write: (line) => lines.push(line) }),
    watchMs: WATCH_MS,
  });
  const address = gateway.address ?? '';
  const port = Number(new URL(address).port);
  const clients = new Map<string, DeskClient>();
  const clientOf = async (role: string): Promise<DeskClient> => {
    const known = clients.get(role);
    if (known !== undefined) return known;
    const email = `${randomUUID()}@example.com`;
    await ask(url, 'INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)', [
      randomUUID(),
      email,
      role,
      role,
      await hashPassword(PASSWORD),
    ]);
    const client = new DeskClient(port, `127.0.0.1:${port}`);
    const { status } = await client.signIn(email, PASSWORD);
    if (status !== 200) throw new Error(`signing in: ${status}`);
    clients.set(role, client);
    return client;
  };
  const stand: HealthStand = {
    gateway,
    address,
    port,
    lines,
    async accounts(role = 'admin') {
      const answer = await (await clientOf(role)).get('accounts');
      return accountList.parse(answer.body).accounts;
    },
    async account() {
      const [one] = await stand.accounts();
      if (one === undefined || one.details === null) throw new Error('there is no account');
      return { ...one, details: one.details };
    },
    metrics: async () => (await fetch(`${address}/metrics`)).text(),
    async stop() {
      await gateway.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stand;
}
