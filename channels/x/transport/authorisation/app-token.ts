import type { Agent } from 'node:https';
import type { Clock } from '../../../../src/core/ports/clock.ts';
import type { XConfig } from '../../config.ts';
import { NeedsLogin, TokenUnavailable } from './errors.ts';
import { askForToken } from './token-endpoint.ts';

/** The app's own token. */
export interface AppToken {
  /**
   * @param refused the token that X just refused: it is not given again
   * @throws {NeedsLogin} when only a person can help. @throws {TokenUnavailable} when it may work later
   */
  get(refused?: string): Promise<string>;
}

/**
 * Makes the way to the app's bearer token: the configuration's, else the one X gives for the app's key and secret. X gives the same one
 * until it is withdrawn, so nothing is kept and processes need not agree.
 */
export function createAppToken(
  { bearerToken, appKey, appSecret }: Pick<XConfig, 'bearerToken' | 'appKey' | 'appSecret'>,
  deps: { agent: Agent; clock: Pick<Clock, 'nowMs'> },
): AppToken {
  let asked: Promise<string> | null = null;
  let known: string | null = bearerToken ?? null;

  async function ask(): Promise<string> {
    try {
      const answer = await askForToken(
        {
          path: '/oauth2/token',
          form: { grant_type: 'client_credentials' },
          sign: { kind: 'basic', user: appKey, password: appSecret },
        },
        deps,
      );
      if (answer.kind === 'granted') {
        known = answer.granted.accessToken;
        return known;
      }
      if (answer.kind === 'not_asked' || answer.kind === 'lost') {
        throw new TokenUnavailable(`the app's token could not be had: ${answer.reason}`);
      }
      throw new NeedsLogin(`X refuses the app's key (${answer.code})`, 'Check appKey and appSecret of the account.');
    } finally {
      asked = null;
    }
  }

  return {
    async get(refused) {
      if (known !== null && known !== refused) return known;
      if (bearerToken !== undefined) {
        throw new NeedsLogin(
          "X refuses the app's bearer token",
          "Take a new one from X's developer console, or leave bearerToken out: it is then asked for.",
        );
      }
      asked ??= ask();
      return await asked;
    },
  };
}
