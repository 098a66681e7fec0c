import { afterEach } from '@jest/globals';
import { ApiResponseError, TwitterApi } from 'twitter-api-v2';
import {
  createXSimulator,
  type XSimulator,
  type XSimulatorOptions,
} from '../../../../../channels/x/simulator/index.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';

const open: { simulator: XSimulator; end: () => void }[] = [];

afterEach(async () => {
  for (const { simulator, end } of open.splice(0)) {
    end();
    await simulator.stop();
  }
});

/** A simulator that listens, with clients of the library for each way to sign in; all of it ends with the test. */
export async function begin(options: XSimulatorOptions = {}) {
  const simulator = createXSimulator(options);
  await simulator.start();
  const httpAgent = createXAgent(simulator.apiRoot);
  open.push({ simulator, end: () => httpAgent.destroy() });
  const { appKey, appSecret, accessToken, accessSecret, clientId, bearerToken } = simulator.credentials;
  const settings = { httpAgent, compression: false } as const;
  const oauth1 = (changes: Partial<{ appSecret: string; accessSecret: string; accessToken: string }> = {}) =>
    new TwitterApi({ appKey, appSecret, accessToken, accessSecret, ...changes }, settings);
  return {
    simulator,
    oauth1,
    user: oauth1(),
    app: new TwitterApi(bearerToken, settings),
    bearer: (token: string) => new TwitterApi(token, settings),
    oauth2: () => new TwitterApi({ clientId }, settings),
    keys: () => new TwitterApi({ appKey, appSecret }, settings),
  };
}

/** The answer that was no success. @throws {Error} where it was one */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; body: unknown; headers: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiResponseError) return { status: error.code, body: error.data, headers: error.headers };
    throw error;
  }
  throw new Error('the call succeeded');
}
