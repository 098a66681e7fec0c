import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { answerFailure } from '../../../src/api/failures.ts';
import {
  BodyTooLarge,
  FileTooLarge,
  IngestRefused,
  OwnerChanged,
  ParleyError,
  Refused,
  StoreUnavailable,
  TooMany,
} from '../../../src/core/errors.ts';
import type { AttachmentShown } from '../../../src/core/model/attachment.ts';
import type { AnswerRefusal } from '../../../src/core/rules/public-answers.ts';
import { quietLog } from '../../kit/quiet-log.ts';

type NotStored = Exclude<AttachmentShown['state'], 'stored'>;

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

/** Where the codes of refusals stand that are not written where they are thrown. */
const WRITTEN_ELSEWHERE: Readonly<Record<string, RegExp>> = {
  'inbox/inbox.ts': /\bcode: '([a-z_]+)'/gu,
  'inbox/amend.ts': /\bcode: '([a-z_]+)'/gu,
  'net/guarded-fetch.ts': /\brefused\('([a-z_]+)'/gu,
};
/** These take them from a type, whose members are all named below. */
const OF_TYPES = ['inbox/attachments.ts', 'inbox/public-replies.ts'];
const CODES_OF_TYPES = [
  ...Object.keys({ not_called: 1, unreachable_chat: 1 } satisfies Record<AnswerRefusal, 1>),
  ...Object.keys({ waiting: 1, refused: 1, gone: 1, failed: 1, erased: 1 } satisfies Record<NotStored, 1>).map(
    (state) => `file_${state}`,
  ),
];

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

  // What has no status would be 500, which pages take for passing and try again for ever.
  test('every one that is thrown has a status of its own', async () => {
    const codes = new Set([...CODES_OF_TYPES, new FileTooLarge(1).code, new BodyTooLarge(1).code]);
    const elsewhere = new Set<string>();
    const folder = join(import.meta.dirname, '../../../src');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.startsWith('web/')) continue;
      const text = readFileSync(join(folder, file), 'utf8');
      for (const [, first = ''] of text.matchAll(/new (?:Refused|TooMany|OwnerChanged)\(\s*([^\s,]+)/gu)) {
        const code = /^'([a-z_]+)'$/u.exec(first)?.[1];
        if (code === undefined) elsewhere.add(file);
        else codes.add(code);
      }
      const written = WRITTEN_ELSEWHERE[file];
      if (written === undefined) continue;
      const found = [...text.matchAll(written)].map(([, code = '']) => code);
      expect(found.length).toBeGreaterThan(1);
      for (const code of found) codes.add(code);
    }
    expect([...elsewhere].sort()).toEqual([...Object.keys(WRITTEN_ELSEWHERE), ...OF_TYPES].sort());
    expect(codes.size).toBeGreaterThan(60);
    const without: string[] = [];
    for (const code of codes) if ((await answerTo(new Refused(code, 'no'))).status === 500) without.push(code);
    expect(without).toEqual([]);
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
