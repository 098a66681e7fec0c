import { describe, expect, test } from '@jest/globals';
import { weightOf } from '../../../channels/x/text/weight.ts';
import { inviteText } from '../../../src/bot/elsewhere.ts';
import { CUSTOMER_LANGUAGES } from '../../../src/core/model/conversation.ts';
import { approvedText, asksToStop } from '../../../src/core/rules/public-answers.ts';

describe('approved texts', () => {
  const texts = [
    { language: 'en', text: 'english' },
    { language: 'zh-Hans', text: 'chinese' },
  ];
  test('are in the language of the customer, else in English', () => {
    expect(approvedText(texts, 'zh')).toBe('chinese');
    expect(approvedText(texts, 'zh-TW')).toBe('chinese');
    expect(approvedText(texts, 'ko')).toBe('english');
    expect(approvedText(texts.slice(1), 'ko')).toBeNull();
  });
});

describe('asking to stop', () => {
  test.each([
    'stop',
    'STOP!',
    '@ExampleSupport stop',
    'Please stop replying.',
    '停',
    '别回复了',
    'やめてください',
    '그만해주세요',
    'basta',
    'Хватит!',
  ])('%s', (text) => {
    expect(asksToStop(text)).toBe(true);
  });
  test.each([
    'stop loss does not work',
    'why did you stop my withdrawal',
    'bus stop',
    '',
    '@ExampleSupport',
    '停止提现了吗',
    'para retirar',
  ])('not: %s', (text) => {
    expect(asksToStop(text)).toBe(false);
  });
});

test.each(CUSTOMER_LANGUAGES)('the way to us fits into a post: %s', (language) => {
  expect(weightOf(inviteText(language, '@FifteenLetters_'))).toBeLessThanOrEqual(280);
  expect(inviteText(language, '@Example')).toContain('@Example');
  expect(inviteText(language, null)).not.toContain('{');
});
