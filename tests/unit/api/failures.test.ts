import { afterAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { answerFailure } from '../../../src/api/failures.ts';
import {
  IngestRefused,
  OwnerChanged,
  ParleyError,
  Refused,
  StoreUnavailable,
  TooMany,
} from '../../../src/core/errors.ts';
import { quietLog } from '../../kit/quiet-log.ts';

const log = quietLog();
let thrown: unknown;
const app = Fastify();
app.setErrorHandler((error: unknown, request, reply) => answerFailure(log, error, request, reply));
app.get('/fails', () => {
  throw thrown;
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
afterAll(() => app.close());

async function answerTo(error: unknown): Promise<{ status: number; body: unknown; retryAfter: string | null }> {
  thrown = error;
  const answer = await fetch(`${address}/fails`);
  return { status: answer.status, body: await answer.json(), retryAfter: answer.headers.get('retry-after') };
}

function coded(code: string, message = 'said the driver'): Error {
  return Object.assign(new Error(message), { code });
}

describe('a refusal', () => {
  test.each([
    [new Refused('not_found', 'no'), 404, 'not_found'],
    [new Refused('agent_disabled', 'no'), 422, 'agent_disabled'],
    [new TooMany('too_many_attempts', 'no', 61_000), 429, 'too_many_attempts'],
    [
      new OwnerChanged('owner_changed', 'no', { kind: 'agent', agentName: 'Mei', ownerVersion: 3 }),
      409,
      'owner_changed',
    ],
  ])('%s: %i', async (error, status, code) => {
    const answer = await answerTo(error);
    expect([answer.status, answer.body]).toEqual([status, { error: expect.objectContaining({ code }) }]);
  });

  test('names who has it, and how long to wait', async () => {
    const owner = { kind: 'agent', agentName: 'Mei', ownerVersion: 3 };
    expect((await answerTo(new OwnerChanged('owner_changed', 'no', owner))).body).toMatchObject({ error: { owner } });
    expect((await answerTo(new TooMany('too_many_attempts', 'no', 61_000))).retryAfter).toBe('61');
  });
});

describe('a store that is away', () => {
  test.each([
    [new StoreUnavailable('starting', undefined)],
    [new IngestRefused('full', 2_000)],
    [coded('ECONNREFUSED')],
    [coded('57P01')],
    [coded('53300')],
    [coded('57014')],
    [new Error('timeout exceeded when trying to connect')],
    [new Error('Connection terminated unexpectedly')],
  ])('%s: 503 with a time to wait', async (error) => {
    const answer = await answerTo(error);
    expect([answer.status, answer.body]).toEqual([503, { error: expect.objectContaining({ code: 'unavailable' }) }]);
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  });
});

describe('what is our fault', () => {
  test('tells nobody outside anything, and the log its id', async () => {
    for (const error of [
      coded('23505', 'Key (email)=(a@example.com)'),
      new ParleyError('odd', 'a secret'),
      'a string',
    ]) {
      const answer = await answerTo(error);
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer.body)).not.toMatch(/example\.com|secret|string/);
      const line = log.lines.at(-1);
      expect([line?.level, line?.fields]).toEqual([
        'error',
        expect.objectContaining({ requestId: expect.any(String) }),
      ]);
    }
  });
});
