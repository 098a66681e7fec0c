import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chooseLanguage, detectLanguage } from '../../../src/bot/language.ts';
import { type BotTextKey, botText } from '../../../src/bot/texts.ts';
import { CUSTOMER_LANGUAGES, type CustomerLanguage } from '../../../src/core/model/conversation.ts';

describe('the language of a text', () => {
  it.each<[string, CustomerLanguage | undefined]>([
    ['My withdrawal has not arrived yet', 'en'],
    ['help', 'en'],
    ['我的 USDT 提现还没有到账', 'zh'],
    ['BTC ETH USDT 什么时候到账啊', 'zh'],
    ['出金がまだ届いていません', 'ja'],
    ['USDTの出金', 'ja'],
    ['출금이 아직 안 됐어요', 'ko'],
    ['Mi retiro todavía no ha llegado', 'es'],
    ['¿Cuándo llega?', 'es'],
    ['Где мои деньги', 'ru'],
    ['USDT TRC20 вывод не пришёл', 'ru'],
    ['TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE', undefined],
    ['https://example.com/the/is/my/and', undefined],
    ['•••• ••••', undefined],
    ['👍', undefined],
    ['12345', undefined],
    ['ok', undefined],
    ['USDT', undefined],
    ['', undefined],
  ])('%s → %s', (text, language) => {
    expect(detectLanguage(text)?.language).toBe(language);
  });
});

describe('the language to answer in', () => {
  it('follows a long text and remembers it', () => {
    expect(chooseLanguage(['Hello', 'where is my money please'], { remembered: 'ko', languageCode: 'ja' })).toEqual({
      language: 'en',
      remember: 'en',
    });
  });

  it('is never changed by a short text', () => {
    for (const text of ['ok', 'yes', '好的', 'да', 'はい', 'BTC', 'thank you', 'hola', '👍', '']) {
      expect(chooseLanguage([text], { remembered: 'ko' })).toEqual({ language: 'ko', remember: 'ko' });
    }
  });

  it('is what the platform says before anything is known, else English', () => {
    expect(chooseLanguage(['1'], { remembered: null, languageCode: 'zh-hans' })).toEqual({
      language: 'zh',
      remember: null,
    });
    expect(chooseLanguage(['1'], { remembered: null, languageCode: 'de' })).toEqual({ language: 'en', remember: null });
    expect(chooseLanguage(['да'], { remembered: null, languageCode: 'de' })).toEqual({
      language: 'ru',
      remember: null,
    });
  });

  it('is always one of ours', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.option(fc.string(), { nil: undefined }),
        (texts, languageCode) => {
          expect(CUSTOMER_LANGUAGES).toContain(chooseLanguage(texts, { remembered: null, languageCode }).language);
        },
      ),
    );
  });
});

it("the bot's own texts are in their languages", () => {
  const keys: BotTextKey[] = ['handedOver', 'noAnswer', 'noAnswerHandingOver', 'secretWarning', 'botFailure'];
  for (const language of CUSTOMER_LANGUAGES) {
    for (const key of keys) expect(detectLanguage(botText(key, language))?.language).toBe(language);
  }
});
