/** What the simulated platform takes for who it is; made up, and the same in every run. */
export interface XSimulatorCredentials {
  appKey: string;
  appSecret: string;
  accessToken: string;
  accessSecret: string;
  clientId: string;
  /** Null: a public client, which shows no secret. */
  clientSecret: string | null;
  /** The first refresh token of a consent that was given already. */
  refreshToken: string;
  bearerToken: string;
}

export const DEFAULT_CREDENTIALS: XSimulatorCredentials = {
  appKey: 'simulator-app-key',
  appSecret: 'simulator-app-secret-of-the-simulated-x',
  accessToken: '1500000000000000001-simulator-access-token',
  accessSecret: 'simulator-access-secret-of-the-simulated-x',
  clientId: 'simulator-client-id',
  clientSecret: null,
  refreshToken: 'simulator-refresh-token-number-one',
  bearerToken: 'simulator-bearer-token-of-the-app',
};

/** Everything the account's owner may be asked to allow. */
export const ALL_SCOPES = [
  'tweet.read',
  'tweet.write',
  'users.read',
  'dm.read',
  'dm.write',
  'media.write',
  'offline.access',
] as const;
