import { describe, expect, test } from '@jest/globals';
import { shippedFaqFolder } from '../../../config/load.ts';
import { createFaqIndex } from '../../../src/bot/faq.ts';
import { readArticles } from '../../../src/bot/faq-articles.ts';
import { asksForPerson } from '../../../src/bot/handoff-request.ts';
import { chooseLanguage } from '../../../src/bot/language.ts';
import { isMereThanks } from '../../../src/bot/thanks.ts';
import { guardText } from '../../../src/guard/guard.ts';
import { PHONE_LANGUAGES } from '../../../src/sandbox/contract.ts';
import { LANGUAGE_NAMES, PHRASES } from '../../../src/web/sandbox/phrases.ts';

const index = createFaqIndex(readArticles(shippedFaqFolder()));

test('the phones of the page speak the languages of the sandbox', () => {
  expect(Object.keys(PHRASES)).toEqual([...PHONE_LANGUAGES]);
  expect(Object.keys(LANGUAGE_NAMES)).toEqual([...PHONE_LANGUAGES]);
});

describe.each(PHONE_LANGUAGES)('the ready sentences in %s do what the page says they do', (language) => {
  const phrases = PHRASES[language];

  test('the deposit is answered by an article, in the language', () => {
    expect(chooseLanguage([phrases.deposit], { remembered: null, languageCode: language }).language).toBe(language);
    expect(index.search(phrases.deposit)[0]?.articleId).toBe('deposit-not-arrived');
    expect(asksForPerson(phrases.deposit)).toBe(false);
  });

  test('a person is asked for, and only there', () => {
    expect(asksForPerson(phrases.person)).toBe(true);
    expect([phrases.deposit, phrases.secret, phrases.odd, phrases.thanks].filter(asksForPerson)).toEqual([]);
  });

  test('the seed phrase is certain to the guard and masked whole', () => {
    const guarded = guardText(phrases.secret);
    expect(guarded.findings.map(({ rule, certain }) => [rule, certain])).toEqual([['seed-phrase', true]]);
    expect(guarded.text).not.toContain('sausage');
  });

  test('no article is about the parrot; thanks are mere thanks', () => {
    expect(index.search(phrases.odd)).toEqual([]);
    expect(isMereThanks(phrases.thanks)).toBe(true);
  });
});
