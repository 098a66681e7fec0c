import type { ImapConfig, SmtpConfig } from '../config.ts';
import { type AccessTokens, createAccessTokens, type OAuthDeps } from './oauth.ts';

/** With what a server is signed in to. */
export type SignIn =
  | { kind: 'none' }
  | { kind: 'password'; user: string; password: string }
  | { kind: 'token'; user: string; accessToken: string };

/** The way into one server of an account. */
export interface Credentials {
  /** Whether they may change by themselves, so that a refusal is worth another try at once. */
  readonly renewable: boolean;
  /**
   * What to sign in with now.
   * @param refused the access token the server just refused: it is not given again
   * @throws {NeedsLogin} when only a person can help. @throws {TokenUnavailable} when it may work later
   */
  signIn(signal: AbortSignal, refused?: string): Promise<SignIn>;
}

/** Makes the credentials of one server from its entry in the configuration. */
export function createCredentials(
  server: Pick<ImapConfig, 'user' | 'password' | 'oauth'> | Pick<SmtpConfig, 'user' | 'password' | 'oauth'>,
  deps: OAuthDeps,
): Credentials {
  const { user, password, oauth } = server;
  if (user === undefined) return { renewable: false, signIn: async () => ({ kind: 'none' }) };
  if (oauth === undefined) {
    return { renewable: false, signIn: async () => ({ kind: 'password', user, password: password ?? '' }) };
  }
  const tokens: AccessTokens = createAccessTokens(oauth, deps);
  return {
    renewable: true,
    signIn: async (signal, refused) => ({ kind: 'token', user, accessToken: await tokens.get(signal, refused) }),
  };
}
