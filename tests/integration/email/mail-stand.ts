import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createMailSimulator, type MailSimulator } from '../../../channels/email/simulator/index.ts';
import { channelFactories } from '../../../channels/registry.ts';
import { loadConfig } from '../../../config/load.ts';
import { hashPassword } from '../../../src/access/passwords.ts';
import { startGateway } from '../../../src/app.ts';
import { createLog } from '../../../src/observability/log.ts';
import { DeskClient } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { ask } from '../cli/cli-kit.ts';

const PASSWORD = 'correct horse battery';

/** A whole gateway with one mailbox, over real IMAP and SMTP, and a lead who is signed in. */
export interface MailStand {
  readonly mail: MailSimulator;
  readonly lead: DeskClient;
  readonly lines: readonly string[];
  query<Row extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Everything on its disk: files of the data folder, as bytes. */
  onDisk(): Buffer[];
  stop(): Promise<void>;
}

export async function startMailStand(
  url: string,
  settings: { imap?: object; account?: object } = {},
): Promise<MailStand> {
  const mail = createMailSimulator({ address: 'support@parley.test' });
  await mail.start();
  const folder = mkdtempSync(join(tmpdir(), 'parley-mail-'));
  const login = { secure: false, user: mail.address, password: mail.password };
  const account = {
    id: 'mail',
    channel: 'email',
    address: mail.address,
    name: 'Example Support',
    imap: { ...mail.imap, ...login, spamFolder: 'Spam', ...settings.imap },
    smtp: { ...mail.smtp, ...login },
    authservIds: [mail.authservId],
    ...settings.account,
  };
  const file = join(folder, 'parley.yaml');
  writeFileSync(
    file,
    stringify({
      data: folder,
      store: { url },
      http: { port: 0 },
      masterKey: '5a'.repeat(32),
      accounts: [account],
      bot: { brains: ['faq'], turnPause: '0ms', turnPauseMax: '0ms', greeting: false },
      teams: [{ id: 'support', name: 'Support', languages: [], signature: 'Your Example team' }],
    }),
  );
  const channels = new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
  const { config } = loadConfig({ file, channels, env: {} });
  const lines: string[] = [];
  const gateway = await startGateway({
    config,
    storeUrl: url,
    embedded: false,
    roles: ['ingress', 'worker', 'web', 'connector'],
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
  });
  const port = Number(new URL(gateway.address ?? '').port);
  await ask(
    url,
    `INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1, 'mei@parley.test', 'Mei', 'lead', $2)`,
    [randomUUID(), await hashPassword(PASSWORD)],
  );
  const lead = new DeskClient(port, `127.0.0.1:${port}`);
  const { status } = await lead.signIn('mei@parley.test', PASSWORD);
  if (status !== 200) throw new Error(`signing in: ${status}`);
  // The mailbox begins where it is looked at first.
  await eventually(async () => (await ask(url, 'SELECT FROM account_bookmark')).length >= 2, 20_000, 50).catch(
    (error: unknown) => {
      process.stderr.write(lines.slice(-30).join(''));
      throw error;
    },
  );
  return {
    mail,
    lead,
    lines,
    query: (text, values) => ask(url, text, values),
    onDisk: () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
        .map((path) => readFileSync(path)),
    async stop() {
      await gateway.stop();
      await mail.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
