import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, PASSWORD, startDeskStand } from '../../kit/desk/stand.ts';

let stand: DeskStand;
let admin: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand();
  admin = await stand.signedIn('admin');
}, 60_000);
afterAll(() => stand.stop());

const NUL = '\0';
const HALF = '\ud800';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const NEW_AGENT = { email: 'new@example.com', name: 'New', role: 'agent', password: PASSWORD };

describe('what the store cannot hold is refused before it is asked', () => {
  test.each([
    ['POST', 'session', { email: `a${NUL}b`, password: 'x' }],
    ['POST', 'teams', { id: 'one', name: `a${NUL}b` }],
    ['POST', 'teams', { id: 'one', name: `a${HALF}b` }],
    ['POST', 'teams', { id: 'one', name: 'One', languages: Array.from({ length: 1_000 }, () => 'en') }],
    ['PATCH', 'teams/%00', { name: 'One' }],
    ['POST', 'agents', { ...NEW_AGENT, name: `a${NUL}b` }],
    ['POST', 'agents', { ...NEW_AGENT, name: `a${HALF}b` }],
    ['POST', 'agents', { ...NEW_AGENT, teamIds: [NUL] }],
    // More than the database's protocol counts: it would look as if the store were away.
    ['POST', 'agents', { ...NEW_AGENT, teamIds: Array.from({ length: 70_000 }, (_, index) => `t${index}`) }],
    ['POST', `conversations/${NOBODY}/owner`, { to: { kind: 'queue', teamId: NUL }, expectedOwnerVersion: 1 }],
    ['POST', `conversations/${NOBODY}/replies`, { id: randomUUID(), text: `a${NUL}` }],
    ['POST', `conversations/${NOBODY}/notes`, { id: randomUUID(), text: HALF }],
    ['GET', 'conversations?view=all&team=%00', undefined],
    ['GET', 'events?after=99999999999999999999-0', undefined],
  ])('%s %s', async (method, path, body) => {
    const answer = await admin.ask(method, path, body === undefined ? {} : { body });
    expect(answer.status).toBe(400);
    expect(['invalid', 'cursor']).toContain(at(answer.body, 'error.code'));
  });

  test('and no request failed by it', () => {
    expect(stand.log.lines.filter((line) => line.level === 'error')).toEqual([]);
  });
});

test('an address that is none gets the one envelope', async () => {
  const answer = await admin.get('/%');
  expect(answer.status).toBe(400);
  expect(at(answer.body, 'error.code')).toBe('request');
  expect(at(answer.body, 'error.requestId')).toEqual(expect.any(String));
});

test('a flood of sign-ins from one place is refused without the store', async () => {
  const rowsNow = async (): Promise<number> =>
    (await stand.gateway.database.pool.query('SELECT FROM sign_in_attempt')).rows.length;
  const before = await rowsNow();
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      stand.client().signIn(`made-up-${index}@example.com`, 'x', { address: '198.51.100.77' }),
    ),
  );
  expect(answers.filter((one) => one.status === 401).length).toBeLessThanOrEqual(30);
  expect(new Set(answers.map((one) => one.status)).size).toBeGreaterThan(1);
  // 30 attempts of one network are two rows each; what is beyond them leaves nothing behind.
  expect((await rowsNow()) - before).toBeLessThan(70);
  const late = await stand.client().signIn('made-up@example.com', 'x', { address: '198.51.100.77' });
  expect([late.status, at(late.body, 'error.code')]).toEqual([429, 'too_many_attempts']);
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(800);
}, 30_000);
