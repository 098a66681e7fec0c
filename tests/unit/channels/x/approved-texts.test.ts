import { describe, expect, test } from '@jest/globals';
import { wrongIn } from '../../../../channels/x/approved-texts.ts';
import { xConfig } from '../../../../channels/x/config.ts';
import { inviteText } from '../../../../src/bot/elsewhere.ts';
import { CUSTOMER_LANGUAGES } from '../../../../src/core/model/conversation.ts';

const HANDLE = 'AcmeSupport';
const GOOD = 'Please write to @AcmeSupport in private. We never write to you first.';

describe('a text that is said in public by itself', () => {
  test.each(CUSTOMER_LANGUAGES)('our own in %s keeps the rules', (language) => {
    expect(wrongIn({ language, text: inviteText(language, `@${HANDLE}`) }, HANDLE)).toEqual([]);
  });

  test.each([
    ['another handle', GOOD.replace('@AcmeSupport', '@AcmeSupp0rt'), /has to name @AcmeSupport/u],
    ['a longer handle', GOOD.replace('@AcmeSupport', '@AcmeSupport_1'), /has to name @AcmeSupport/u],
    ['no promise', 'Please write to @AcmeSupport in private.', /never write first/u],
    ['a link', `${GOOD} https://acme.example.com/help`, /holds a link/u],
    ['a bare domain', `${GOOD} Or acme-help.com/login`, /holds a link/u],
    ['too long', `${GOOD} ${'x'.repeat(300)}`, /280 characters/u],
  ])('%s is refused', (_name, text, why) => {
    expect(wrongIn({ language: 'en', text }, HANDLE)).toEqual([expect.stringMatching(why)]);
  });

  test('of a language nobody here reads the promise is not judged', () => {
    expect(wrongIn({ language: 'tr', text: 'Lütfen @AcmeSupport hesabına yazın.' }, HANDLE)).toEqual([]);
    expect(wrongIn({ language: 'en-GB', text: 'Write to @acmesupport.' }, HANDLE)).toHaveLength(1);
  });

  test('the configuration says what is wrong, and needs no texts at all', () => {
    const entry = {
      id: 'x',
      channel: 'x',
      appKey: 'k',
      appSecret: 's',
      accessToken: 't',
      accessSecret: 'u',
      publicReplies: 'auto',
      handle: '@AcmeSupport',
    };
    expect(xConfig.safeParse(entry).success).toBe(true);
    expect(xConfig.safeParse({ ...entry, handle: undefined }).success).toBe(false);
    const wrong = xConfig.safeParse({ ...entry, autoReplies: { texts: [{ language: 'en', text: 'Write to us.' }] } });
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(['autoReplies', 'autoReplies']);
  });
});
