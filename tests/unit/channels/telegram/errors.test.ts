import { describe, expect, test } from '@jest/globals';
import { type CallFailure, outcomeOf } from '../../../../channels/telegram/errors.ts';

const PLACE = { chatId: -5, authorId: 9 };
const no = (code: number, description = ''): CallFailure => ({ stage: 'answered', code, description });

describe('Telegram trouble as outcomes', () => {
  test.each<[string, CallFailure, string, string]>([
    ['no connection', { stage: 'not_sent', reason: 'refused' }, 'transient', 'transient'],
    ['no answer', { stage: 'unanswered', reason: 'reset' }, 'unknown', 'transient'],
    ['429 without a time', no(429), 'rate_limited', 'rate_limited'],
    ['401', no(401), 'auth', 'auth'],
    ['404', no(404), 'auth', 'auth'],
    ['404 of a token that is none', no(404, 'Not Found'), 'auth', 'auth'],
    ['404 of a server without the method', no(404, 'Not Found: method not found'), 'invalid', 'invalid'],
    ['403 blocked', no(403, 'Forbidden: bot was blocked by the user'), 'forbidden', 'forbidden'],
    ['400 chat not found', no(400, 'Bad Request: chat not found'), 'invalid', 'invalid'],
    ['409', no(409), 'transient', 'transient'],
    ['413', no(413), 'invalid', 'invalid'],
    ['500', no(500), 'unknown', 'transient'],
    ['502', no(502), 'unknown', 'transient'],
    ['a code that is none', no(0), 'unknown', 'transient'],
  ])('%s', (_, failure, forSend, forEdit) => {
    expect(outcomeOf(failure, 'send', PLACE).kind).toBe(forSend);
    for (const action of ['edit', 'delete', 'react'] as const) {
      expect(outcomeOf(failure, action, PLACE).kind).toBe(forEdit);
    }
  });

  test('the time to wait is passed on, and the new place keeps author and topic', () => {
    expect(outcomeOf({ ...no(429), retryAfterMs: 7_000 } as CallFailure, 'send', PLACE)).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 7_000,
    });
    const moved: CallFailure = { stage: 'answered', code: 400, description: '', migrateToChatId: -1_005 };
    expect(outcomeOf(moved, 'send', { ...PLACE, topicId: 3 })).toEqual({ kind: 'moved', threadKey: '-1005/t3/u9' });
  });
});
