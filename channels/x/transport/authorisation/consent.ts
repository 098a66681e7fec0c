import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Agent } from 'node:https';
import { z } from 'zod';
import type { AccountMemory, AccountRecords, OwnerConsent } from '../../../../src/core/ports/channel.ts';
import type { Clock } from '../../../../src/core/ports/clock.ts';
import { jsonIn } from '../../../shared/read-unknown.ts';
import { PLATFORM_API_ROOT, type XConfig } from '../../config.ts';
import { XCallError } from '../../errors.ts';
import { BudgetUsedUp, type Meter } from '../ports.ts';
import { createXRest } from '../rest.ts';
import { createSelfSource } from '../self.ts';
import { NeedsLogin, TokenUnavailable } from './errors.ts';
import { consentOf, type KeptTokens, keptTokens, nextTokens } from './kept-tokens.ts';
import { askForToken } from './token-endpoint.ts';
import { MEMORY_NAME, signAsClient } from './user-tokens.ts';

/** Everything the channel does; `offline.access` is what gives refresh tokens. */
export const SCOPES = [
  'tweet.read',
  'tweet.write',
  'users.read',
  'dm.read',
  'dm.write',
  'media.write',
  'offline.access',
] as const;

/** What is to be kept between the two halves of giving consent, and shown to nobody. */
interface BegunConsent {
  /** Where the account's owner is sent to. */
  url: string;
  /** Comes back with the owner, so that nobody else's consent is taken for theirs. */
  state: string;
  /** Proves that who asks for the tokens is who sent the owner (RFC 7636). */
  verifier: string;
  redirectUri: string;
}

type Client = Pick<XConfig, 'clientId' | 'clientSecret' | 'refreshToken' | 'apiRoot'>;

const CLIENT_MEND = 'Set clientId of the account: the OAuth 2.0 client in X’s developer console.';
const AGAIN = 'Begin anew: the code in the address is good for half a minute and for one use.';

/**
 * Begins to ask the account's owner for consent (OAuth 2.0 with PKCE, docs.x.com "OAuth 2.0 Authorization Code Flow with PKCE").
 * @param redirectUri one of those that the app names in X's developer console
 * @throws {NeedsLogin} without a client
 */
export function beginAuthorisation({ clientId, apiRoot }: Client, redirectUri: string): BegunConsent {
  if (clientId === undefined) throw new NeedsLogin('this account has no OAuth 2.0 client', CLIENT_MEND);
  const verifier = randomBytes(48).toString('base64url');
  const state = randomBytes(24).toString('base64url');
  const url = new URL('/i/oauth2/authorize', apiRoot === PLATFORM_API_ROOT ? 'https://x.com' : apiRoot);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: SCOPES.join(' '),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
    .toString()
    // X wants spaces as they are in addresses, not in forms.
    .replaceAll('+', '%20');
  return { url: url.toString(), state, verifier, redirectUri };
}

/**
 * Ends it: takes the tokens for what the owner came back with, and keeps them as the account's. They take the place of what was kept
 * before; running processes find them within a minute. A crash before they are kept costs nothing but another login.
 * @param redirectUrl the address X sent the owner to, whole
 * @returns what is kept now
 * @throws {NeedsLogin} when the owner said no, or the address is none of this consent. @throws {TokenUnavailable}
 */
export async function finishAuthorisation(
  redirectUrl: string,
  begun: Pick<BegunConsent, 'state' | 'verifier' | 'redirectUri'>,
  config: Client,
  { agent, memory, clock }: { agent: Agent; memory: AccountMemory; clock: Pick<Clock, 'nowMs'> },
): Promise<KeptTokens> {
  const code = codeIn(redirectUrl, begun.state);
  const { sign, form } = signAsClient(config);
  const { verifier, redirectUri } = begun;
  const answer = await askForToken(
    {
      path: '/2/oauth2/token',
      form: { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri, ...form },
      sign,
    },
    { agent, clock },
  );
  if (answer.kind === 'client_refused') throw new NeedsLogin(`X does not know the app (${answer.code})`, CLIENT_MEND);
  if (answer.kind === 'refused') throw new NeedsLogin(`X refuses the code (${answer.code})`, AGAIN);
  if (answer.kind !== 'granted') throw new TokenUnavailable(`no tokens for the code: ${answer.reason}`);
  if (answer.granted.refreshToken === null) {
    throw new NeedsLogin(
      'X gave no refresh token, so that the consent would end in two hours',
      "Allow the scope offline.access for the app in X's developer console.",
    );
  }
  const { granted } = answer;
  return await memory.exclusively(MEMORY_NAME, async (current, write) => {
    const next = { ...nextTokens(keptTokens(current, config), granted), login: randomBytes(9).toString('base64url') };
    await write(JSON.stringify(next));
    return next;
  });
}

const kept = z.object({ state: z.string(), verifier: z.string(), redirectUri: z.string() });

interface ConsentDeps {
  agent: Agent;
  records: Pick<AccountRecords, 'memory' | 'sign'>;
  clock: Pick<Clock, 'nowMs'>;
  meter: Pick<Meter, 'reserve'>;
}

/** The two halves for whoever leads the account's owner through them. Its errors are {@link NeedsLogin} and {@link TokenUnavailable}. */
export function createOwnerConsent(config: XConfig, deps: ConsentDeps): OwnerConsent {
  const { agent, records, clock } = deps;
  return {
    begin(redirectUri) {
      const { url, ...rest } = beginAuthorisation(config, redirectUri);
      return { url, kept: JSON.stringify(rest) };
    },
    async finish(redirectUrl, text, signal) {
      const read = kept.safeParse(jsonIn(text));
      if (!read.success) throw new NeedsLogin('what was kept of this login cannot be read', 'Begin the login anew.');
      // A code is good for one use: once it is on its way its answer is waited for.
      signal.throwIfAborted();
      const tokens = await finishAuthorisation(redirectUrl, read.data, config, {
        agent,
        memory: records.memory,
        clock,
      });
      return { name: await whoGave(tokens, deps, signal) };
    },
  };
}

/** Whose consent it is: somebody else may have been signed in at X. It is kept for all processes; null: X did not say just now. */
async function whoGave(tokens: KeptTokens, deps: ConsentDeps, signal: AbortSignal): Promise<string | null> {
  const { records, clock } = deps;
  const credentials = { signIn: () => Promise.resolve({ kind: 'bearer' as const, token: tokens.accessToken ?? '' }) };
  const self = createSelfSource({
    rest: createXRest({ ...deps, credentials }),
    records,
    consent: () => Promise.resolve(consentOf(tokens)),
    nowMs: () => clock.nowMs(),
  });
  try {
    const { id, handle } = await self.learn(signal);
    return handle === null ? id : `@${handle}`;
  } catch (error) {
    // The tokens are kept: whoever needs to know asks again.
    if (error instanceof XCallError || error instanceof BudgetUsedUp) return null;
    throw error;
  }
}

function codeIn(redirectUrl: string, state: string): string {
  const query = URL.canParse(redirectUrl) ? new URL(redirectUrl).searchParams : new URLSearchParams();
  if (!isSame(query.get('state') ?? '', state)) {
    throw new NeedsLogin('the address is not the one of this login', 'Paste the whole address you were sent to.');
  }
  const code = query.get('code');
  if (code !== null && code !== '') return code;
  throw new NeedsLogin(
    query.get('error') === 'access_denied' ? 'consent was refused at X' : 'the address holds no code',
    AGAIN,
  );
}

function isSame(one: string, other: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(one), digest(other));
}
