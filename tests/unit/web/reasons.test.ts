import { describe, expect, test } from '@jest/globals';
import { createBot } from '../../../src/bot/bot.ts';
import type { Brain } from '../../../src/core/ports/brain.ts';
import { ApiFailure } from '../../../src/web/api/failure.ts';
import { wordsOfFailure } from '../../../src/web/api/failure-words.ts';
import catalogue from '../../../src/web/i18n/catalogues/en.json' with { type: 'json' };
import type { Text } from '../../../src/web/i18n/text.ts';
import { deliveryReason, handoffReason } from '../../../src/web/thread/reasons.ts';

const t: Text = (id) => `<${id}>`;

describe('a failure', () => {
  test('is told by its code, whatever the server says in English', () => {
    const failure = new ApiFailure(409, { code: 'email_taken', message: 'somebody has this', mend: 'use another' });
    expect(wordsOfFailure(failure, t)).toEqual({ words: '<failed.email_taken>', inEnglish: null });
  });

  test('of a code nobody foresaw is told in the server’s words', () => {
    expect(wordsOfFailure(new ApiFailure(418, { code: 'teapot', message: 'short', mend: 'stout' }), t)).toEqual({
      words: null,
      inEnglish: 'Short: stout',
    });
    expect(wordsOfFailure(new ApiFailure(502, {}), t).inEnglish).toBe('The server answered 502');
  });

  test('of every code the catalogue has words for is told in those words', () => {
    const ids = Object.keys(catalogue).filter((id) => id.startsWith('failed.'));
    expect(ids.length).toBeGreaterThan(50);
    const told = ids.map((id) => wordsOfFailure(new ApiFailure(400, { code: id.slice('failed.'.length) }), t).words);
    expect(told).toEqual(ids.map((id) => `<${id}>`));
  });

  test('of fields names them', () => {
    const fields = [{ path: 'password', message: 'must have at least 10 characters' }];
    const failure = new ApiFailure(400, { code: 'invalid', message: 'not as it should be', fields });
    expect(wordsOfFailure(failure, t)).toEqual({
      words: '<failed.invalid>',
      inEnglish: 'password must have at least 10 characters',
    });
  });
});

describe('why a part is not where it should be', () => {
  test.each([
    ['forbidden', 'Forbidden: bot was blocked by the user', '<delivery.why.forbidden>', null],
    ['invalid', 'Bad Request: chat not found', '<delivery.why.invalid>', 'Bad Request: chat not found'],
    ['transient', 'gave up after 12 attempts', '<delivery.why.transient>', 'gave up after 12 attempts'],
    ['of-a-later-release', 'later', null, 'later'],
    [null, 'in words alone', null, 'in words alone'],
  ])('%s: %s', (errorKind, error, words, inEnglish) => {
    expect(deliveryReason({ errorKind, error }, t)).toEqual({ words, inEnglish });
  });
});

describe('why the bot handed over', () => {
  const input = {
    accountId: 'a',
    channel: 'memory',
    conversationId: 'c',
    language: 'en',
    memory: {},
    secretMasked: false,
  };
  const silent: Brain = {
    name: 'faq',
    deadlineMs: 20,
    waits: false,
    decide: () => ({ kind: 'pass', why: 'no article fits' }),
  };
  const whyOf = async (brains: Brain[], text: string, memory: object = {}): Promise<string> => {
    const turn = { ...input, messages: [{ seq: 1, text }], memory };
    const decide = createBot(brains, () => undefined).decide as (
      of: unknown,
      signal: AbortSignal,
    ) => Promise<{ why: string }>;
    return (await decide(turn, new AbortController().signal)).why;
  };

  test('is read from what the bot really says', async () => {
    expect(handoffReason(await whyOf([silent], 'I want to talk to a person'), t).words).toBe('<handoff.why.asked>');
    expect(handoffReason(await whyOf([silent], 'hm', { noAnswers: 5 }), t).words).toBe('<handoff.why.no-answer>');
    const broken: Brain = {
      ...silent,
      decide: () => {
        throw new TypeError('x');
      },
    };
    expect(handoffReason(await whyOf([broken], 'hm'), t).words).toBe('<handoff.why.failure>');
    const slow: Brain = { ...silent, waits: true, decide: () => new Promise(() => undefined) };
    expect(handoffReason(await whyOf([slow], 'hm'), t).words).toBe('<handoff.why.late>');
  });

  test.each([
    ['a secret was pasted', '<handoff.why.secret>'],
    ['the bot answer could not be rendered', '<handoff.why.failure>'],
    ['the bot did not answer in time', '<handoff.why.late>'],
    ['a worker ended 3 times while handling this', '<handoff.why.poison>'],
    ['people answer in public', '<handoff.why.public>'],
    ['the bot says nothing more by itself here', '<handoff.why.held-back>'],
    ['the bot has answered this sender often enough for a day', '<handoff.why.enough>'],
  ])('%s', (why, words) => {
    expect(handoffReason(why, t)).toEqual({ words, inEnglish: null });
  });

  test('what a brain says for itself stays as it is', () => {
    expect(handoffReason('llm: a refund needs a person', t)).toEqual({
      words: null,
      inEnglish: 'llm: a refund needs a person',
    });
  });
});
