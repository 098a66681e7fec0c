import { createInterface } from 'node:readline/promises';
import { lateServices } from '../account-services.ts';
import { createAccounts } from '../account-side.ts';
import { ParleyError } from '../core/errors.ts';
import type { OwnerConsent } from '../core/ports/channel.ts';
import { configurationOf } from './configuration.ts';
import { openKeys } from './keys.ts';
import { operator } from './operator.ts';
import { say } from './output.ts';
import { awaitOwner } from './owner-return.ts';
import { withStore } from './store-access.ts';

export interface LoginOptions {
  config?: string | undefined;
  redirect: string;
  paste?: boolean | undefined;
}

/** How long the platform may take to grant it, ms. */
const GRANT_MS = 20_000;

/** `parley account login ID`: the owner allows it in a browser, and what is granted is kept sealed in the store. */
export function accountLogin(options: LoginOptions, id: string): Promise<void> {
  const { config } = configurationOf(options);
  const entry = config.accounts.find((one) => one.id === id);
  if (entry === undefined) {
    throw new ParleyError('no_account', `the account ${id} is not configured`, {
      mend: 'add it under accounts: first',
    });
  }
  return withStore(config, async (database, log) => {
    const { keys, blobs } = await openKeys(config);
    const services = lateServices();
    services.use({ blobs, database, keys, signatureOf: () => null });
    const accounts = createAccounts({ ...config, accounts: [entry] }, log, () => undefined, services);
    const account = accounts.get(id);
    try {
      if (account?.consent === undefined) {
        throw new ParleyError('no_consent', `${entry.channel} asks nobody for consent`, {
          mend: 'the credentials in the configuration are all it takes',
        });
      }
      // What it remembers belongs to its row, which the gateway makes when it first runs.
      await database.pool.query('INSERT INTO account (id, channel) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [
        id,
        entry.channel,
      ]);
      const { name } = await giveConsent(account.consent, options);
      await database.pool.query(
        `INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id) VALUES ('operator', $1, 'account.login', 'account', $2)`,
        [operator().id, id],
      );
      say(`Done: ${id} may act for ${name ?? 'its owner'}. Running processes find it by themselves.`);
    } finally {
      await account?.close();
    }
  });
}

async function giveConsent(
  consent: OwnerConsent,
  { redirect, paste = false }: LoginOptions,
): Promise<{ name: string | null }> {
  const begun = consent.begin(redirect);
  const owner = paste ? null : await awaitOwner(redirect, new URL(begun.url).searchParams.get('state'));
  try {
    showPage(begun.url);
    const redirectUrl = await (owner === null ? pasted() : owner.back);
    return await consent.finish(redirectUrl, begun.kept, AbortSignal.timeout(GRANT_MS));
  } finally {
    owner?.close();
  }
}

function showPage(url: string): void {
  say('Open this page in a browser that is signed in as the account, and allow it:');
  say();
  say(url);
  say();
}

async function pasted(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (
      await terminal.question('Then paste the whole address it leads to, at once (it is good for half a minute): ')
    ).trim();
  } finally {
    terminal.close();
  }
}
