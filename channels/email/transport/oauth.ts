import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AccountMemory } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { unlessAborted } from '../../shared/unless-aborted.ts';
import { OAUTH_PROVIDERS, type OAuthConfig } from '../config.ts';
import { NeedsLogin, TokenUnavailable } from '../errors.ts';

/** A token is renewed this long before it ends, so that it does not end on its way. */
const RENEW_BEFORE_MS = 120_000;
const ANSWER_WITHIN_MS = 9_000;
/** Where a provider does not say how long a token lives (RFC 6749, 5.1: it should). */
const DEFAULT_LIFE_MS = 3_000_000;
const MAX_ANSWER_BYTES = 100_000;

export interface OAuthDeps {
  memory: AccountMemory;
  /** Part of the names in the memory. */
  accountId: string;
  clock: Pick<Clock, 'nowMs'>;
  log: Log;
}

/** Access tokens of one consent, shared by all processes through the memory. */
export interface AccessTokens {
  /**
   * A token that is good for at least two minutes.
   * @param refused the token a server refused though its time was not up
   * @throws {NeedsLogin} when the provider refuses to renew. @throws {TokenUnavailable} when it could not be asked
   */
  get(signal: AbortSignal, refused?: string): Promise<string>;
  /** Resolves when no renewal is under way. */
  settled(): Promise<void>;
}

const remembered = z.object({ refreshToken: z.string(), accessToken: z.string(), endsAtMs: z.number() });
type Remembered = z.infer<typeof remembered>;

const granted = z.object({
  access_token: z.string().min(1).max(20_000),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).max(20_000).optional(),
});
const refusal = z.object({ error: z.string().max(200) });

export function createAccessTokens(config: OAuthConfig, deps: OAuthDeps): AccessTokens {
  const { memory, clock } = deps;
  // A new consent in the configuration is a new name: what was remembered of the old one is not used again.
  const consent = createHash('sha256').update(`${config.clientId}\n${config.refreshToken}`).digest('hex').slice(0, 16);
  const name = `oauth:${deps.accountId}:${consent}`;
  let known: Remembered | null = null;
  /** The renewal under way: everybody of this process waits for the same one. */
  let renewing: Promise<Remembered> | null = null;
  /** What the provider gave and the store did not take: the refresh token before it may be worth nothing any more. */
  let unwritten: Remembered | null = null;

  const usable = (entry: Remembered, refused: string | undefined): boolean =>
    entry.accessToken !== refused && entry.endsAtMs - RENEW_BEFORE_MS > clock.nowMs();

  async function newest(refused: string | undefined): Promise<Remembered> {
    const before = read(await memory.read(name));
    if (before !== null && usable(before, refused)) return before;
    return await memory.exclusively(name, async (current, write) => {
      const keep = async (entry: Remembered): Promise<void> => {
        unwritten = entry;
        await write(JSON.stringify(entry));
        unwritten = null;
      };
      // Somebody else may have renewed it while we waited for our turn.
      let now = read(current);
      if (unwritten !== null && unwritten.endsAtMs > (now?.endsAtMs ?? 0)) {
        now = unwritten;
        await keep(now);
      }
      if (now !== null && usable(now, refused)) return now;
      const renewed = await renew(config, now?.refreshToken ?? config.refreshToken, clock);
      // Written before it is used: the old refresh token may be worth nothing from now on.
      await keep(renewed);
      deps.log.info({ endsInMs: renewed.endsAtMs - clock.nowMs() }, 'access token renewed');
      return renewed;
    });
  }

  async function shared(refused: string | undefined): Promise<Remembered> {
    try {
      known = await newest(refused);
      return known;
    } finally {
      renewing = null;
    }
  }

  return {
    async get(signal, refused) {
      for (;;) {
        if (known !== null && usable(known, refused)) return known.accessToken;
        const joined = renewing;
        renewing ??= shared(refused);
        const { accessToken } = await unlessAborted(renewing, signal, unwanted);
        // One that others asked for may be the one that was refused to us.
        if (joined === null || accessToken !== refused) return accessToken;
      }
    },
    async settled() {
      await renewing?.catch(() => undefined);
    },
  };
}

function read(text: string | null): Remembered | null {
  if (text === null) return null;
  try {
    return remembered.parse(JSON.parse(text));
  } catch {
    // Begin again from the configuration.
    return null;
  }
}

/** One request to the provider (RFC 6749, 6). Its answers are never quoted: they may hold tokens. */
async function renew(config: OAuthConfig, refreshToken: string, clock: Pick<Clock, 'nowMs'>): Promise<Remembered> {
  const { tokenUrl, scope } =
    typeof config.provider === 'string' ? OAUTH_PROVIDERS[config.provider] : { scope: null, ...config.provider };
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: config.clientId,
    ...(config.clientSecret === undefined ? {} : { client_secret: config.clientSecret }),
    ...(scope === null || scope === undefined ? {} : { scope }),
  });
  const askedAtMs = clock.nowMs();
  const { status, body } = await post(tokenUrl, form);
  if (status === 200) {
    const answer = granted.safeParse(body);
    if (!answer.success) throw new TokenUnavailable('the token endpoint answered 200 without an access token');
    const { access_token, expires_in, refresh_token } = answer.data;
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? refreshToken,
      endsAtMs: askedAtMs + (expires_in === undefined ? DEFAULT_LIFE_MS : expires_in * 1_000),
    };
  }
  const code = refusal.safeParse(body).data?.error ?? `status ${status}`;
  if (['invalid_grant', 'invalid_client', 'unauthorized_client', 'interaction_required'].includes(code)) {
    throw new NeedsLogin(
      `the provider refuses to renew the access to this mailbox (${code})`,
      code === 'invalid_grant' || code === 'interaction_required'
        ? 'Let the owner of the mailbox give consent again and put the new refreshToken into the account.'
        : 'Check clientId and clientSecret of the account: the provider does not know this application.',
    );
  }
  throw new TokenUnavailable(`the token endpoint answered ${code}`);
}

async function post(url: string, form: URLSearchParams): Promise<{ status: number; body: unknown }> {
  let text: string;
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    status = response.status;
    text = await readShort(response);
  } catch (error) {
    throw new TokenUnavailable('the token endpoint could not be asked', error);
  }
  try {
    const body: unknown = JSON.parse(text);
    return { status, body };
  } catch {
    return { status, body: null };
  }
}

async function readShort(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unwanted(): TokenUnavailable {
  return new TokenUnavailable('nobody waits for the access token any more');
}
