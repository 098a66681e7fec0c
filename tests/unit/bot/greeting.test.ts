import { expect, test } from '@jest/globals';
import { createGreeting } from '../../../src/bot/greeting.ts';
import { asksForPerson } from '../../../src/bot/handoff-request.ts';
import { CUSTOMER_LANGUAGES } from '../../../src/core/model/conversation.ts';

test.each(CUSTOMER_LANGUAGES)(
  'in %s it names every official account, and the word that brings a person',
  (language) => {
    const text = createGreeting([
      { platform: 'Telegram', name: '@ExampleSupportBot' },
      { platform: 'X', name: '@example' },
    ])(language);
    expect(text).toContain('Telegram: @ExampleSupportBot');
    expect(text).toContain('X: @example');
    const [, word] = /[“「«](.+?)[”」»]/u.exec(text) ?? [];
    expect(asksForPerson(word ?? '')).toBe(true);
  },
);

test('without official names it says nothing of accounts, and every language has words of its own', () => {
  const greeting = createGreeting([]);
  expect(greeting('en')).not.toContain('official');
  expect(new Set(CUSTOMER_LANGUAGES.map(greeting)).size).toBe(CUSTOMER_LANGUAGES.length);
});
