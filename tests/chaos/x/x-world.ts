import { join } from 'node:path';
import { createXSimulator, type XSimulator } from '../../../channels/x/simulator/index.ts';
import { freePort } from '../../kit/servers/process.ts';
import { type ChaosBackend, type Servers, startServers } from '../servers.ts';
import { createOwner, type Owner } from './owner.ts';

/** How posts and messages come to us. */
export type XMode = 'stream' | 'webhook' | 'polling';

/** X, real servers, and gateway processes on them. */
export interface XWorld extends Servers {
  readonly simulator: XSimulator;
  readonly mode: XMode;
  /** Whether the bot says an approved text in public, or leaves all of it to people. */
  readonly publicReplies: 'auto' | 'draft';
  /** Where the account acts by its owner's consent (OAuth 2.0), whose tokens end and are renewed; null: by keys, which last. */
  readonly owner: Owner | null;
}

/** Said by the bot in public word for word. */
export const APPROVED =
  'Please write to @AcmeSupport in a private message. We never ask for your password & never write first 🙏';
/** Fewer than there are customers who ask, so that the limit is come to. */
export const PER_HOUR = 9;

/** Seeds on end take them in turn. */
export const MODES: readonly XMode[] = ['stream', 'webhook', 'polling'];
/** X gives a webhook up soon: what it did not take is asked for. */
const TIMES = { firstRetryMs: 100, maxRetryMs: 400, attempts: 4, webhookTimeoutMs: 3_000, processingMs: 100 };

/** A token is renewed two minutes before it ends, so this is every few seconds; one that cannot be renewed lasts for many lives. */
const ACCESS_TOKEN_MS = 126_000;

/** Starts platform and servers. The seed says how messages come, on which servers, what the bot may say in public, and how the account signs. */
export async function startXWorld(seed: number): Promise<XWorld> {
  const mode = MODES[(seed - 1) % MODES.length] ?? 'polling';
  const backend: ChaosBackend = seed % 4 === 0 ? 'embedded' : 'postgres+redis';
  const publicReplies = seed % 5 === 2 || seed % 5 === 4 ? 'draft' : 'auto';
  const byConsent = seed % 10 === 6;
  const simulator = createXSimulator({ seed, times: { ...TIMES, accessTokenMs: ACCESS_TOKEN_MS } });
  await simulator.start();
  const { appKey, appSecret, accessToken, accessSecret, clientId, bearerToken } = simulator.credentials;
  const port = mode === 'webhook' ? await freePort() : 0;
  const servers = await startServers(backend);
  servers.configure({
    http: { host: '127.0.0.1', port, ...(port === 0 ? {} : { publicUrl: `http://127.0.0.1:${port}` }) },
    accounts: [
      {
        id: 'x',
        channel: 'x',
        mode,
        apiRoot: simulator.apiRoot,
        appKey,
        appSecret,
        ...(byConsent ? { clientId } : { accessToken, accessSecret }),
        bearerToken,
        handle: simulator.handle,
        publicReplies,
        autoReplies: { texts: [{ language: 'en', text: APPROVED }], perHour: PER_HOUR },
        // So much that it is never used up, and kept by every process all the same.
        budgetPerDay: 100_000,
      },
    ],
  });
  const owner = byConsent ? createOwner(simulator, join(servers.folder, 'parley.yaml')) : null;
  await owner?.logIn();
  return {
    ...servers,
    simulator,
    mode,
    publicReplies,
    owner,
    async close() {
      await servers.close();
      await simulator.stop();
    },
  };
}
