import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { outcomeOf } from '../../../../../channels/discord/errors.ts';
import { DiscordCallError, type DiscordRest } from '../../../../../channels/discord/transport/ports.ts';
import { createDiscordRest } from '../../../../../channels/discord/transport/rest.ts';

/** A refusal for its rate says in a header, or in its body alone, how long to wait (topics/rate-limits). */

const DEFAULT_MS = 5_000;

let server: Server;
let rest: DiscordRest;

afterEach(() => {
  rest.close();
  server.closeAllConnections();
  server.close();
});

async function refusal(
  headers: Record<string, string>,
  body: string,
  path = '/channels/199999999999999999/messages',
): Promise<DiscordCallError> {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(429, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  rest = createDiscordRest({ token: 'token', apiRoot: `http://127.0.0.1:${address.port}/api`, timeoutMs: 2_000 });
  const error: unknown = await rest
    .call('POST', path, { json: { content: 'x' } }, AbortSignal.timeout(5_000))
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof DiscordCallError)) throw new Error(`no DiscordCallError came but ${String(error)}`);
  return error;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const slow = (over: object): string => JSON.stringify({ message: 'You are being rate limited.', ...over });

test.each([
  ['the body alone', JSON_TYPE, slow({ retry_after: 1.337, global: false }), 1_337, 'user'],
  ['the body, for all calls', JSON_TYPE, slow({ retry_after: 2.5, global: true }), 2_500, 'global'],
  ['a header', { ...JSON_TYPE, 'retry-after': '3' }, slow({ retry_after: 60 }), 3_000, 'user'],
  [
    'a date where seconds belong, and the body',
    { ...JSON_TYPE, 'retry-after': 'Mon, 1 Jan' },
    slow({ retry_after: 4 }),
    4_000,
    'user',
  ],
] as const)('how long is told by %s', async (_, headers, body, waitMs, scope) => {
  const error = await refusal(headers, body);
  expect(error).toMatchObject({ status: 429, scope, sent: 'no' });
  // The library adds some milliseconds of its own.
  expect(error.retryAfterMs).toBeGreaterThanOrEqual(waitMs);
  expect(error.retryAfterMs).toBeLessThan(waitMs + 500);
});

test('answers to interactions, which have a way of their own, are read the same', async () => {
  const error = await refusal(JSON_TYPE, slow({ retry_after: 1.5 }), '/interactions/1/token/callback');
  expect(error.retryAfterMs).toBeGreaterThanOrEqual(1_500);
});

test.each([
  ['a page of an edge', { 'content-type': 'text/html' }, '<html><body>error code: 1015</body></html>'],
  ['nothing at all', {}, ''],
  ['words without a time', JSON_TYPE, slow({ global: false })],
  ['no time', JSON_TYPE, slow({ retry_after: 0 })],
  ['a time that is past', JSON_TYPE, slow({ retry_after: -3 })],
  ['a header that is past', { 'retry-after': '-3' }, ''],
  ['a time that is none', JSON_TYPE, slow({ retry_after: 'soon' })],
] as const)('%s: the usual wait', async (_, headers, body) => {
  const error = await refusal(headers, body);
  expect(error).toMatchObject({ status: 429, retryAfterMs: null, sent: 'no' });
  expect(outcomeOf(error, 'send')).toEqual({ kind: 'rate_limited', retryAfterMs: DEFAULT_MS });
  expect(error.message).not.toMatch(/NaN/u);
});
