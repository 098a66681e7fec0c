import type { Agent } from 'node:https';
import { crashPoint } from '../../../../src/core/crash-point.ts';
import type { AccountMemory } from '../../../../src/core/ports/channel.ts';
import type { Clock } from '../../../../src/core/ports/clock.ts';
import type { Log } from '../../../../src/core/ports/log.ts';
import { unlessAborted } from '../../../shared/unless-aborted.ts';
import type { XConfig } from '../../config.ts';
import type { SignIn } from './credentials.ts';
import { NeedsLogin, TokenUnavailable } from './errors.ts';
import { consentOf, type KeptTokens, keptTokens, nextTokens, whatToDo } from './kept-tokens.ts';
import { askForToken } from './token-endpoint.ts';

/** Under this name an account's memory holds its tokens. */
export const MEMORY_NAME = 'x.oauth2';
/** After a renewal failed the access token is used for this long before the next try, ms. */
const HOLD_MS = 10_000;
/** Somebody may log in anew: so often the store is asked whether the tokens are still the account's, ms. */
const LOOK_EVERY_MS = 60_000;
const CONSENT_MEND =
  'Give the app consent again: run parley account login with the id of this account, or put a new refreshToken into its configuration.';

/**
 * Access tokens of one consent (OAuth 2.0 with PKCE), shared by all processes through the account's memory. What a process that ends in
 * the middle of a renewal leaves behind, by the crash point `token.…` it came to:
 * - `locked`: nothing was written; the next process renews with the same refresh token.
 * - `marked`: it is written that a renewal with refresh token N began, but X was not asked. The next process cannot tell this from the
 *   one below, nor from a renewal still under way: it uses the access token to its end, waits until none can be, and then tries N, which
 *   is good.
 * - `answered`: X has used N up and what it gave is lost with the process. The access token before still works to its end and is used
 *   until then; then N is tried, X refuses it (and may revoke what is left of the consent), and a person has to give consent anew.
 *   OAuth 2.0 has no way to ask again for an answer that was lost; all that can be done is to make this moment short: one write lies
 *   between the answer and its being kept. Where the process lives and only the store is away, what X gave is held and written later.
 * - `kept`: nothing is lost; the next process finds the new tokens.
 */
export interface UserTokens {
  /**
   * @param refused the token that X just refused: it is not given again
   * @throws {NeedsLogin} when only a person can help. @throws {TokenUnavailable} when it may work later
   */
  get(signal: AbortSignal, refused?: string): Promise<string>;
  /** What X granted, as far as it said so. */
  scopes(): Promise<readonly string[] | null>;
  /**
   * Names whose consent it is whose tokens {@link get} gives: another login is another name, within a minute in processes that run.
   * @throws where the store is away and nothing was known before
   */
  consent(): Promise<string>;
  /** Resolves when no renewal is under way. */
  settled(): Promise<void>;
}

/** How a client says who it is: with its secret where it has one (RFC 6749, 2.3.1), else by its id alone. */
export function signAsClient({ clientId = '', clientSecret }: Pick<XConfig, 'clientId' | 'clientSecret'>): {
  sign: SignIn;
  form: Readonly<Record<string, string>>;
} {
  return clientSecret === undefined
    ? { sign: { kind: 'none' }, form: { client_id: clientId } }
    : { sign: { kind: 'basic', user: clientId, password: clientSecret }, form: {} };
}

export interface UserTokensDeps {
  agent: Agent;
  memory: AccountMemory;
  clock: Pick<Clock, 'nowMs'>;
  log: Log;
}

/** Makes the tokens of an account. One process at a time renews; the others wait and find what it was given. */
export function createUserTokens(
  config: Pick<XConfig, 'clientId' | 'clientSecret' | 'refreshToken'>,
  { agent, memory, clock, log }: UserTokensDeps,
): UserTokens {
  let known: KeptTokens | null = null;
  let nextLookMs = 0;
  /** The renewal under way: everybody of this process waits for the same one. */
  let renewing: Promise<KeptTokens> | null = null;
  /** What X gave and the store did not take: the refresh token before it is worth nothing any more. */
  let unwritten: KeptTokens | null = null;
  let holdUntilMs = 0;

  const wish = (refused: string | undefined): { nowMs: number; refused: string | undefined; hold: boolean } => ({
    nowMs: clock.nowMs(),
    refused,
    hold: clock.nowMs() < holdUntilMs,
  });

  async function renew(
    before: KeptTokens,
    write: (next: KeptTokens) => Promise<void>,
    refused: string | undefined,
  ): Promise<KeptTokens> {
    const { sign, form } = signAsClient(config);
    await write({ ...before, renewingSinceMs: clock.nowMs() });
    crashPoint('token.marked');
    const answer = await askForToken(
      {
        path: '/2/oauth2/token',
        form: { grant_type: 'refresh_token', refresh_token: before.refreshToken ?? '', ...form },
        sign,
      },
      { agent, clock },
    );
    crashPoint('token.answered');
    if (answer.kind === 'granted') {
      unwritten = nextTokens(before, answer.granted);
      await write(unwritten);
      const renewed = unwritten;
      unwritten = null;
      crashPoint('token.kept');
      log.info({ generation: renewed.generation, endsInMs: renewed.endsAtMs - clock.nowMs() }, 'access token renewed');
      return renewed;
    }
    // Where X did not act, what was marked before stays true and nothing else.
    if (answer.kind === 'not_asked' || answer.kind === 'client_refused') await write(before);
    if (answer.kind === 'refused') await write({ ...before, refused: answer.code });
    holdUntilMs = clock.nowMs() + HOLD_MS;
    if (whatToDo(before, { ...wish(refused), hold: true }) === 'use') return before;
    if (answer.kind === 'refused') throw needsConsent({ ...before, refused: answer.code });
    if (answer.kind === 'client_refused') {
      throw new NeedsLogin(
        `X does not know the app that asks for a token (${answer.code})`,
        'Check clientId and clientSecret of the account.',
      );
    }
    throw new TokenUnavailable(`the access token could not be renewed: ${answer.reason}`);
  }

  async function newest(refused: string | undefined): Promise<KeptTokens> {
    if (unwritten === null) {
      const before = keptTokens(await memory.read(MEMORY_NAME), config);
      if (whatToDo(before, wish(refused)) === 'use') return before;
    }
    return await memory.exclusively(MEMORY_NAME, async (current, writeText) => {
      const write = (next: KeptTokens): Promise<void> => writeText(JSON.stringify(next));
      // Somebody else may have renewed it while we waited for our turn.
      let now = keptTokens(current, config);
      if (unwritten !== null && unwritten.generation > now.generation) {
        await write(unwritten);
        now = unwritten;
      }
      unwritten = null;
      const todo = whatToDo(now, wish(refused));
      if (todo === 'use') return now;
      if (todo === 'login') throw needsConsent(now);
      if (todo === 'wait') throw new TokenUnavailable('a renewal that began moments ago may still be under way');
      crashPoint('token.locked');
      return await renew(now, write, refused);
    });
  }

  async function shared(refused: string | undefined): Promise<KeptTokens> {
    try {
      known = await newest(refused);
      nextLookMs = clock.nowMs() + LOOK_EVERY_MS;
      return known;
    } catch (error) {
      // What X gave is good although the store does not take it just now.
      if (unwritten !== null && whatToDo(unwritten, wish(refused)) === 'use') return unwritten;
      if (error instanceof NeedsLogin || error instanceof TokenUnavailable) throw error;
      if (known !== null && whatToDo(known, wish(refused)) === 'use') {
        nextLookMs = clock.nowMs() + LOOK_EVERY_MS;
        return known;
      }
      throw new TokenUnavailable('the store that keeps the tokens is away', error);
    } finally {
      renewing = null;
    }
  }

  return {
    async get(signal, refused) {
      for (;;) {
        if (
          known !== null &&
          unwritten === null &&
          clock.nowMs() < nextLookMs &&
          whatToDo(known, wish(refused)) === 'use' &&
          known.accessToken !== null
        )
          return known.accessToken;
        const joined = renewing;
        renewing ??= shared(refused);
        const { accessToken } = await unlessAborted(renewing, signal, unwanted);
        if (accessToken === null) throw new TokenUnavailable('X gave no access token');
        // One that others asked for may be the one that was refused to us.
        if (joined === null || accessToken !== refused) return accessToken;
      }
    },
    scopes: async () => keptTokens(await memory.read(MEMORY_NAME), config).scopes,
    async consent() {
      if (known !== null && clock.nowMs() < nextLookMs) return consentOf(known);
      try {
        const now = keptTokens(await memory.read(MEMORY_NAME), config);
        if (known !== null && consentOf(known) !== consentOf(now)) known = null;
        return consentOf(now);
      } catch (error) {
        if (known === null) throw error;
        return consentOf(known);
      }
    },
    async settled() {
      await renewing?.catch(() => undefined);
    },
  };
}

function needsConsent({ refused, renewingSinceMs, refreshToken }: KeptTokens): NeedsLogin {
  if (refreshToken === null)
    return new NeedsLogin('nobody has given the app consent for this account yet', CONSENT_MEND);
  const cut =
    renewingSinceMs === null
      ? ''
      : `; a renewal that began at ${new Date(renewingSinceMs).toISOString()} ended before its answer was kept, which uses a token up`;
  return new NeedsLogin(`X refuses the refresh token of this account (${refused ?? 'no reason'})${cut}`, CONSENT_MEND);
}

function unwanted(): TokenUnavailable {
  return new TokenUnavailable('nobody waits for the access token any more');
}
