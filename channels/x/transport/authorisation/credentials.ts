import type { XConfig } from '../../config.ts';
import type { CallAs } from '../../endpoints.ts';
import { createAppToken } from './app-token.ts';
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

/** Makes them from the account's entry. Tokens that do not expire (OAuth 1.0a) come before a consent that has to be renewed. */
export function createCredentials(config: XConfig, deps: UserTokensDeps): XCredentials {
  const { appKey, appSecret, accessToken, accessSecret } = config;
  const app = createAppToken(config, deps);
  if (accessToken !== undefined && accessSecret !== undefined) {
    const own: SignIn = { kind: 'oauth1', tokens: { appKey, appSecret, accessToken, accessSecret } };
    return {
      signIn: async (as, _signal, refused) => (as === 'user' ? own : { kind: 'bearer', token: await app.get(refused) }),
      scopes: () => Promise.resolve(null),
      consent: () => Promise.resolve(accessToken),
      settled: () => Promise.resolve(),
    };
  }
  const user = createUserTokens(config, deps);
  return {
    signIn: async (as, signal, refused) => ({
      kind: 'bearer',
      token: as === 'user' ? await user.get(signal, refused) : await app.get(refused),
    }),
    scopes: () => user.scopes(),
    consent: () => user.consent(),
    settled: () => user.settled(),
  };
}
