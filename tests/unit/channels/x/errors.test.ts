import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type Attempt,
  failureOf,
  isOutOfCredit,
  isTooManyConnections,
  outcomeOf,
  outcomeOfAnswer,
  describe as wordsOf,
  XCallError,
  type XCallFailure,
} from '../../../../channels/x/errors.ts';
import { readProblem } from '../../../../channels/x/problem.ts';
import type { SendOutcome } from '../../../../src/core/model/outbound.ts';

const NOW_MS = Date.parse('2026-08-06T10:00:00Z');
const inSeconds = (seconds: number): string => String(NOW_MS / 1_000 + seconds);
const problem = (kind: string, detail: string, title = 'Forbidden'): unknown => ({
  title,
  detail,
  type: kind === 'about:blank' ? kind : `https://api.x.com/2/problems/${kind}`,
});
const v1 = (code: number, message: string): unknown => ({ errors: [{ code, message }] });
const dm: Attempt = { shows: true, to: 'direct', afterUnknown: false };
const post: Attempt = { shows: true, to: 'public', afterUnknown: false };
const outcome = (
  status: number,
  body: unknown,
  attempt: Attempt = dm,
  headers: Record<string, string> = {},
): SendOutcome => outcomeOf(failureOf({ status, headers, body }, NOW_MS), attempt);

const DUPLICATE = problem('about:blank', 'You are not allowed to create a Tweet with duplicate content.');
const MUST_SUMMON = problem(
  'about:blank',
  'You can only reply to or quote posts where you are mentioned or are the author.',
);

describe('answers of the API', () => {
  test.each<[string, number, unknown, Attempt, SendOutcome['kind']]>([
    [
      'bad input',
      400,
      problem('invalid-request', 'One or more parameters to your request was invalid.', 'Invalid Request'),
      dm,
      'invalid',
    ],
    ['a refused token', 401, problem('about:blank', 'Unauthorized', 'Unauthorized'), dm, 'auth'],
    ['a refused token of the older API', 403, v1(89, 'Invalid or expired token.'), dm, 'auth'],
    ['no credits', 402, problem('credits-depleted', 'credits depleted', 'Payment Required'), dm, 'auth'],
    [
      'no credits, by title',
      403,
      { title: 'CreditsDepleted', detail: 'Your enrolled account does not have any credits' },
      dm,
      'auth',
    ],
    [
      'the cap of spending, of the kind of used-up credits',
      403,
      {
        title: 'SpendCapReached',
        detail: 'Your account has reached its billing cycle spend cap',
        type: 'https://api.twitter.com/2/problems/credits',
        reset_date: '2026-12-13',
      },
      post,
      'auth',
    ],
    ['the cap of spending, by title', 403, { title: 'SpendCapReached', detail: 'spend cap' }, dm, 'auth'],
    [
      'a cap, with 429',
      429,
      problem('usage-capped', 'Usage cap exceeded: Monthly product cap', 'UsageCapExceeded'),
      dm,
      'auth',
    ],
    ['looks automated', 403, v1(226, 'This request looks like it might be automated.'), post, 'auth'],
    ['locked', 403, v1(326, 'To protect our users, this account is temporarily locked.'), post, 'auth'],
    ['suspended', 403, v1(64, 'Your account is suspended'), post, 'auth'],
    ['the same text', 403, DUPLICATE, post, 'invalid'],
    ['the same text, by code', 403, v1(187, 'Status is a duplicate.'), post, 'invalid'],
    ['not summoned', 403, MUST_SUMMON, post, 'invalid'],
    [
      'no access for the app',
      403,
      problem('client-forbidden', 'Your client is not enrolled', 'Client Forbidden'),
      dm,
      'invalid',
    ],
    ['not permitted', 403, problem('about:blank', 'You are not permitted to perform this action.'), post, 'invalid'],
    [
      'no direct messages',
      403,
      problem('about:blank', 'You do not have permission to DM one or more participants.'),
      dm,
      'forbidden',
    ],
    ['no direct messages, by code', 403, v1(349, 'You cannot send messages to this user.'), dm, 'forbidden'],
    ['not following', 403, v1(150, 'You cannot send messages to users who are not following you.'), dm, 'forbidden'],
    ['blocked', 403, v1(136, 'You have been blocked from the author of this tweet.'), post, 'forbidden'],
    ['protected', 403, problem('not-authorized-for-resource', 'Sorry, you are not authorized'), post, 'forbidden'],
    ['protected, by code', 403, v1(179, 'Sorry, you are not authorized to see this status.'), post, 'forbidden'],
    [
      'somebody who is gone',
      404,
      problem('resource-not-found', 'Could not find user', 'Not Found Error'),
      dm,
      'forbidden',
    ],
    [
      'a post that is gone',
      404,
      problem('resource-not-found', 'Could not find tweet', 'Not Found Error'),
      post,
      'invalid',
    ],
    [
      'who may reply is restricted',
      403,
      v1(433, 'The original Tweet author restricted who can reply.'),
      post,
      'invalid',
    ],
    ['an error that may have been none', 403, v1(151, 'There was an error sending your message.'), dm, 'unknown'],
    ['a stream without rules', 409, problem('about:blank', 'No rules', 'Conflict'), dm, 'transient'],
    [
      'too many streams',
      429,
      problem('streaming-connection', 'This stream is at the maximum allowed connection limit.', 'ConnectionException'),
      dm,
      'transient',
    ],
    ['a time-out on their side', 408, null, dm, 'unknown'],
    ['broken', 500, problem('internal-error', 'Internal error', 'Internal Server Error'), dm, 'unknown'],
    ['overloaded', 503, null, post, 'unknown'],
    ['a shield', 403, '<html>Attention Required!</html>', dm, 'transient'],
    ['a redirect', 302, null, dm, 'transient'],
  ])('%s', (_what, status, body, attempt, kind) => {
    expect(outcome(status, body, attempt).kind).toBe(kind);
  });

  test('the same text after an unknown attempt had arrived', () => {
    expect(outcome(403, DUPLICATE, { ...post, afterUnknown: true })).toEqual({
      kind: 'sent',
      externalId: null,
      note: expect.stringContaining('the first attempt had arrived'),
    });
    expect(outcome(403, MUST_SUMMON, { ...post, afterUnknown: true }).kind).toBe('invalid');
  });

  test('what people can do stands beside what X said', () => {
    const words = (status: number, body: unknown): string => wordsOf(failureOf({ status, headers: {}, body }, NOW_MS));
    expect(words(403, MUST_SUMMON)).toMatch(/are the author\. \(X takes public answers only where/u);
    expect(words(402, problem('credits-depleted', 'credits depleted'))).toMatch(
      /add credits in X's developer console/u,
    );
    expect(words(403, v1(326, 'locked'))).toBe(
      "locked (X has locked the account: unlock it with X's app, then resume it here)",
    );
    expect(words(404, problem('resource-not-found', 'Could not find it', 'Not Found'))).toBe(
      'Not Found: Could not find it',
    );
    expect(words(502, 'gateway')).toBe('status 502');
    expect(new XCallError('POST /2/tweets', failureOf({ status: 502, headers: {}, body: null }, NOW_MS)).message).toBe(
      'X POST /2/tweets: status 502',
    );
  });
});

describe('limits', () => {
  const rate = (headers: Record<string, string>): SendOutcome =>
    outcome(429, problem('rate-limit-exceeded', 'Too Many Requests', 'Too Many Requests'), dm, headers);

  test('the limit that is used up decides', () => {
    expect(rate({ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(90) })).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 90_000,
    });
    expect(
      rate({
        'x-rate-limit-remaining': '12',
        'x-rate-limit-reset': inSeconds(90),
        'x-user-limit-24hour-remaining': '0',
        'x-user-limit-24hour-reset': inSeconds(7_200),
        'x-app-limit-24hour-remaining': '5',
        'x-app-limit-24hour-reset': inSeconds(50_000),
      }),
    ).toEqual({ kind: 'rate_limited', retryAfterMs: 7_200_000 });
  });

  test('of several that are used up the last decides', () => {
    expect(
      rate({
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': inSeconds(90),
        'x-app-limit-24hour-remaining': '0',
        'x-app-limit-24hour-reset': inSeconds(3_600),
      }),
    ).toEqual({ kind: 'rate_limited', retryAfterMs: 3_600_000 });
  });

  test('where none is said to be, the ordinary one; where nothing is said, its window', () => {
    expect(rate({ 'x-rate-limit-reset': inSeconds(30) })).toEqual({ kind: 'rate_limited', retryAfterMs: 30_000 });
    expect(rate({ 'retry-after': '7' })).toEqual({ kind: 'rate_limited', retryAfterMs: 7_000 });
    expect(rate({})).toEqual({ kind: 'rate_limited', retryAfterMs: 900_000 });
    expect(rate({ 'x-rate-limit-reset': 'soon' })).toEqual({ kind: 'rate_limited', retryAfterMs: 900_000 });
  });

  test('a reset that has passed means now, one that is far away a day', () => {
    expect(rate({ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(-5) })).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 1_000,
    });
    expect(rate({ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '999999999999' })).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 86_400_000,
    });
  });

  test('codes of the older API', () => {
    expect(outcome(403, v1(185, 'User is over daily status update limit.')).kind).toBe('rate_limited');
    expect(outcome(420, null).kind).toBe('rate_limited');
  });
});

describe('no answer', () => {
  const cut = (sent: 'no' | 'maybe'): XCallFailure => ({
    status: null,
    problem: null,
    message: 'socket hang up',
    retryAfterMs: null,
    sent,
  });

  test('what was not written passes; what may have been is unknown', () => {
    expect(outcomeOf(cut('no'), dm)).toEqual({ kind: 'transient', reason: 'socket hang up' });
    expect(outcomeOf(cut('maybe'), dm)).toEqual({ kind: 'unknown', reason: 'socket hang up' });
  });

  test('a removal may be repeated', () => {
    expect(outcomeOf(cut('maybe'), { ...post, shows: false })).toEqual({
      kind: 'transient',
      reason: 'socket hang up',
    });
    expect(outcome(500, null, { ...post, shows: false }).kind).toBe('transient');
  });
});

describe('success', () => {
  const answer = (body: unknown, attempt: Attempt): SendOutcome =>
    outcomeOfAnswer({ status: 201, headers: {}, body }, attempt, NOW_MS);

  test('only an id proves it', () => {
    expect(answer({ data: { id: '5', text: 'x' } }, post)).toEqual({ kind: 'sent', externalId: 'post:5' });
    expect(answer({ data: { dm_event_id: '6', dm_conversation_id: '1-2' } }, dm)).toEqual({
      kind: 'sent',
      externalId: 'dm:6',
    });
    expect(answer({ data: { dm_conversation_id: '1-2' } }, dm).kind).toBe('unknown');
    expect(answer({ data: { id: '5' } }, dm).kind).toBe('unknown');
    expect(answer({}, post).kind).toBe('unknown');
    expect(answer(null, post).kind).toBe('unknown');
  });

  test('errors instead of data are errors', () => {
    expect(answer({ errors: [problem('not-authorized-for-resource', 'protected')] }, post).kind).toBe('forbidden');
    expect(answer(v1(349, 'You cannot send messages to this user.'), dm).kind).toBe('forbidden');
  });

  test('errors beside data are not', () => {
    expect(answer({ data: { id: '5' }, errors: [problem('resource-not-found', 'media')] }, post).kind).toBe('sent');
  });
});

describe('whatever it says', () => {
  test('reading it never throws, and what is promised to be untouched is never claimed for a server in trouble', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 599 }),
        fc.oneof(fc.jsonValue(), fc.record({ errors: fc.jsonValue(), title: fc.jsonValue(), type: fc.jsonValue() })),
        (status, body) => {
          const failure = failureOf({ status, headers: {}, body }, NOW_MS);
          expect(failure.message.length).toBeLessThanOrEqual(410);
          if (failure.problem === null) expect(outcomeOf(failure, dm).kind).toBe('unknown');
        },
      ),
    );
  });

  test.each([[null], [7], ['text'], [[]], [{}], [{ errors: [] }], [{ errors: 'no' }]])('%j says nothing', (body) => {
    expect(readProblem(body)).toBeNull();
  });

  test('other forms', () => {
    expect(
      readProblem({ error: 'invalid_request', error_description: 'Value passed for the token was invalid.' }),
    ).toEqual({
      kind: null,
      code: null,
      message: 'Value passed for the token was invalid.',
    });
    expect(
      readProblem({
        errors: [{ parameters: {}, message: '$.text: is missing' }],
        title: 'Invalid Request',
        detail: 'One was invalid.',
        type: 'https://api.twitter.com/2/problems/invalid-request',
      }),
    ).toEqual({
      kind: 'invalid-request',
      code: null,
      message: 'Invalid Request: One was invalid.',
    });
    expect(readProblem({ title: 'Forbidden', detail: 'no', errors: [{ code: 326, message: 'locked' }] })).toMatchObject(
      {
        code: 326,
        message: 'Forbidden: no',
      },
    );
    const streams = failureOf(
      { status: 429, headers: {}, body: { title: 'ConnectionException', detail: 'too many' } },
      NOW_MS,
    );
    expect([isTooManyConnections(streams), isOutOfCredit(streams)]).toEqual([true, false]);
  });
});
