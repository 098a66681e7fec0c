import type { XConfig } from '../../config.ts';
import type { CallAs } from '../../endpoints.ts';
import { createAppToken } from './app-token.ts';
import { NeedsLogin } from './errors.ts';
import { createUserTokens, type UserTokensDeps } from './user-tokens.ts';

/** With what a request is signed. */
export type SignIn =
  | { kind: 'oauth1'; tokens: { appKey: string; appSecret: string; accessToken: string; accessSecret: string } }
  | { kind: 'bearer'; token: string }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'none' };

/** The ways into the API of one account. */
export interface XCredentials {
  /**
   * What to sign a call with now.
   * @param refused the token that X just refused: it is not given again
   * @throws {NeedsLogin} when only a person can help. @throws {TokenUnavailable} when it may work later
   */
  signIn(as: CallAs, signal: AbortSignal, refused?: string): Promise<SignIn>;
  /** What the account's consent allows; null: nobody says (OAuth 1.0a, or no token was had yet). */
  scopes(): Promise<readonly string[] | null>;
  /** Names whose access it is; another one is another user perhaps. @throws where the store is away and nothing was known before */
  consent(): Promise<string>;
  /** Resolves when no token is being renewed: one that X gave must be written before the store is closed. */
  settled(): Promise<void>;
}

/**
 * Makes them from the account's entry. Tokens that do not expire (OAuth 1.0a) come before a consent that has to be renewed, but where X
 * wants consent.
 */
export function createCredentials(config: XConfig, deps: UserTokensDeps): XCredentials {
  const { appKey, appSecret, accessToken, accessSecret } = config;
  const app = createAppToken(config, deps);
  if (accessToken !== undefined && accessSecret !== undefined) {
    const own: SignIn = { kind: 'oauth1', tokens: { appKey, appSecret, accessToken, accessSecret } };
    const consented = config.clientId === undefined ? null : createUserTokens(config, deps);
    return {
      signIn: async (as, signal, refused) => {
        if (as === 'app') return { kind: 'bearer', token: await app.get(refused) };
        return as === 'consent' && consented !== null ? await givenOr(own, consented.get(signal, refused)) : own;
      },
      scopes: () => Promise.resolve(null),
      consent: () => Promise.resolve(accessToken),
      settled: async () => await consented?.settled(),
    };
  }
  const user = createUserTokens(config, deps);
  return {
    signIn: async (as, signal, refused) => ({
      kind: 'bearer',
      token: as === 'app' ? await app.get(refused) : await user.get(signal, refused),
    }),
    scopes: () => user.scopes(),
    consent: () => user.consent(),
    settled: () => user.settled(),
  };
}

/** A consent nobody gave, or that is over, leaves what never ends. */
async function givenOr(own: SignIn, token: Promise<string>): Promise<SignIn> {
  try {
    return { kind: 'bearer', token: await token };
  } catch (error) {
    if (error instanceof NeedsLogin) return own;
    throw error;
  }
}
