import type { ImapConfig, OAuthConfig, SmtpConfig } from '../config.ts';
import { type AccessTokens, createAccessTokens, type OAuthDeps } from './oauth.ts';

/** With what a server is signed in to. */
export type SignIn =
  | { kind: 'none' }
  | { kind: 'password'; user: string; password: string }
  | { kind: 'token'; user: string; accessToken: string };

/** The way into one server of an account. */
export interface Credentials {
  /**
   * What to sign in with now.
   * @param refused the access token the server just refused: it is not given again
   * @throws {NeedsLogin} when only a person can help. @throws {TokenUnavailable} when it may work later
   */
  signIn(signal: AbortSignal, refused?: string): Promise<SignIn>;
}

type Server = Pick<ImapConfig, 'user' | 'password' | 'oauth'> | Pick<SmtpConfig, 'user' | 'password' | 'oauth'>;

/** The ways into both servers of an account. */
export interface AccountCredentials {
  imap: Credentials;
  smtp: Credentials;
  /** Resolves when no token is being renewed: one the provider gave must be written before the store is closed. */
  settled(): Promise<void>;
}

/** Makes the credentials of both servers. Where they go by the same consent they share its tokens, and every renewal of them. */
export function createAccountCredentials(
  { imap, smtp }: { imap: Server; smtp: Server },
  deps: OAuthDeps,
): AccountCredentials {
  const shared = new Map<string, AccessTokens>();
  const tokensOf = (config: OAuthConfig): AccessTokens => {
    const key = JSON.stringify(config);
    const tokens = shared.get(key) ?? createAccessTokens(config, deps);
    shared.set(key, tokens);
    return tokens;
  };
  return {
    imap: createCredentials(imap, deps, tokensOf),
    smtp: createCredentials(smtp, deps, tokensOf),
    settled: async () => void (await Promise.all([...shared.values()].map((tokens) => tokens.settled()))),
  };
}

/**
 * Makes the credentials of one server from its entry in the configuration.
 * @param tokensOf the access tokens of a consent, where they are shared
 */
export function createCredentials(
  server: Server,
  deps: OAuthDeps,
  tokensOf = (config: OAuthConfig): AccessTokens => createAccessTokens(config, deps),
): Credentials {
  const { user, password, oauth } = server;
  if (user === undefined) return { signIn: async () => ({ kind: 'none' }) };
  if (oauth === undefined) {
    return { signIn: async () => ({ kind: 'password', user, password: password ?? '' }) };
  }
  const tokens = tokensOf(oauth);
  return {
    signIn: async (signal, refused) => ({ kind: 'token', user, accessToken: await tokens.get(signal, refused) }),
  };
}
