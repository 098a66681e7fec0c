import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { shippedFaqFolder } from '../../../config/load.ts';
import { createFaqBrain, createFaqIndex } from '../../../src/bot/faq.ts';
import { parseArticle, readArticles } from '../../../src/bot/faq-articles.ts';
import { asksForPerson } from '../../../src/bot/handoff-request.ts';
import { detectLanguage } from '../../../src/bot/language.ts';
import { CUSTOMER_LANGUAGES, type CustomerLanguage } from '../../../src/core/model/conversation.ts';
import { guardText } from '../../../src/guard/guard.ts';
import { turnInput } from './turn-input.ts';

const articles = readArticles(shippedFaqFolder());
const brain = createFaqBrain(createFaqIndex(articles));

function ask(text: string, language: CustomerLanguage = 'en') {
  return brain.decide(turnInput({ messages: [{ seq: 1, text }], language }), new AbortController().signal);
}

describe('the shipped articles', () => {
  it('exist in every language, are written in it, and pass our own guard', () => {
    expect(articles.length).toBeGreaterThanOrEqual(8);
    for (const { id, answers, keywords } of articles) {
      for (const language of CUSTOMER_LANGUAGES) {
        const answer = answers[language] ?? '';
        expect([id, language, detectLanguage(answer)?.language]).toEqual([id, language, language]);
        expect(keywords[language]?.length).toBeGreaterThan(2);
        expect(guardText(answer).findings).toEqual([]);
      }
    }
  });

  it.each([
    ['my deposit has not arrived yet', 'deposit-not-arrived'],
    ['I deposited 500 USDT but nothing came', 'deposit-not-arrived'],
    ['充值没到账怎么办', 'deposit-not-arrived'],
    ['我昨天充值的 USDT 到现在还没有到账', 'deposit-not-arrived'],
    ['入金がまだ反映されません', 'deposit-not-arrived'],
    ['입금했는데 아직 안 들어왔어요', 'deposit-not-arrived'],
    ['Mi depósito no ha llegado, no llega', 'deposit-not-arrived'],
    ['Депозит до сих пор не пришёл', 'deposit-not-arrived'],
    ['Why is my withdrawal still pending?', 'withdrawal-pending'],
    ['I cannot withdraw my coins', 'withdrawal-pending'],
    ['提现一直在审核，什么时候到账', 'withdrawal-pending'],
    ['出金できません。助けてください', 'withdrawal-pending'],
    ['출금이 아직 처리 안 됐어요', 'withdrawal-pending'],
    ['mi retiro sigue pendiente desde ayer', 'withdrawal-pending'],
    ['Вывод завис, помогите', 'withdrawal-pending'],
    ['how can I reset my 2FA', 'two-factor-reset'],
    ['收不到验证码', 'two-factor-reset'],
    ['二段階認証をリセットしたい', 'two-factor-reset'],
    ['OTP 재설정하고 싶어요', 'two-factor-reset'],
    ['my KYC was rejected', 'identity-verification'],
    ['实名认证要多久', 'identity-verification'],
    ['本人確認はどのくらいかかりますか', 'identity-verification'],
    ['Верификация отклонена', 'identity-verification'],
    ['what are your trading fees', 'fees'],
    ['手续费是多少', 'fees'],
    ['출금 수수료가 얼마예요', 'fees'],
    ['¿cuánto es la comisión?', 'fees'],
    ['is this official or a scam?', 'official-accounts'],
    ['有人冒充你们的客服', 'official-accounts'],
    ['это мошенники?', 'official-accounts'],
    ['my balance looks wrong', 'balance-wrong'],
    ['余额不对', 'balance-wrong'],
    ['残高がおかしいです', 'balance-wrong'],
    ['잔액이 안 맞아요', 'balance-wrong'],
    ['mi saldo es incorrecto', 'balance-wrong'],
    ['my account is locked, I cannot log in', 'account-locked'],
    ['账户被冻结了', 'account-locked'],
    ['ログインできません', 'account-locked'],
    ['no puedo entrar a mi cuenta', 'account-locked'],
    ['забыл пароль', 'account-locked'],
  ])('%s → %s', async (text, id) => {
    expect((await ask(text)).why).toContain(`article ${id},`);
  });

  it.each([
    'hello',
    'when will you list a new coin?',
    'what is the weather like',
    '你好',
    '今天比特币会涨吗',
    'こんにちは',
    '안녕하세요',
    'hola, buenos días',
    'привет, как дела',
    '',
    '👍',
    'asdfgh',
    '••••••••••••',
  ])('%s → no article', async (text) => {
    expect((await ask(text)).kind).toBe('pass');
  });

  it('answer in the customer’s language', async () => {
    const output = await ask('withdrawal pending', 'ru');
    if (output.kind !== 'reply') throw new Error(output.why);
    expect(detectLanguage(output.replies[0]?.content.text ?? '')?.language).toBe('ru');
    expect(output.replies).toHaveLength(1);
  });

  it('never read like a request for a person that loops back', () => {
    for (const language of CUSTOMER_LANGUAGES) expect(asksForPerson(articles[0]?.answers[language] ?? '')).toBe(false);
  });

  it('are found in well under 0.2 ms', () => {
    const text =
      '我昨天提现了五百个 USDT，到现在还没有到账，区块链上显示已经成功，请帮我查一下是什么原因。My withdrawal is still pending';
    const index = createFaqIndex(articles);
    for (let warm = 0; warm < 500; warm += 1) index.search(text);
    const tookMs: number[] = [];
    for (let round = 0; round < 500; round += 1) {
      const begun = performance.now();
      index.search(text);
      tookMs.push(performance.now() - begun);
    }
    expect(tookMs.sort((left, right) => left - right)[250]).toBeLessThan(0.2);
  });
});

describe('articles', () => {
  it('say in which file and where they are wrong', () => {
    const good = 'id: a\nkeywords: { en: [x] }\nanswers: { en: y }';
    expect(parseArticle(good, 'a.yaml')).toEqual({ id: 'a', keywords: { en: ['x'] }, answers: { en: 'y' } });
    expect(() => parseArticle('id: a\nkeywords: {}\nanswers: { zh: y }', 'a.yaml')).toThrow(
      /a\.yaml: answers\.en is missing/,
    );
    expect(() => parseArticle(`${good}\nextra: 1`, 'a.yaml')).toThrow(/a\.yaml: .*extra/);
    expect(() => parseArticle('id: [', 'a.yaml')).toThrow(/not valid YAML/);
    const folder = mkdtempSync(join(tmpdir(), 'parley-faq-'));
    writeFileSync(join(folder, 'a.yaml'), good);
    writeFileSync(join(folder, 'b.yaml'), good);
    expect(() => readArticles(folder)).toThrow(/two articles/);
    rmSync(folder, { recursive: true });
    expect(() => readArticles(folder)).toThrow(/bot\.faqFolder/);
  });

  it('without the customer’s language answer in English', () => {
    const index = createFaqIndex([{ id: 'a', keywords: { en: ['rare'] }, answers: { en: 'English', ko: '한국어' } }]);
    expect([index.answer('a', 'ko'), index.answer('a', 'ja'), index.answer('b', 'en')]).toEqual([
      '한국어',
      'English',
      null,
    ]);
  });

  it('that fit alike are not guessed between', async () => {
    const twins = ['a', 'b'].map((id) => ({ id, keywords: { en: [`blue ${id}cat`] }, answers: { en: id } }));
    const output = await createFaqBrain(createFaqIndex(twins)).decide(
      turnInput({ messages: [{ seq: 1, text: 'blue acat bcat' }] }),
      new AbortController().signal,
    );
    expect(output).toEqual({ kind: 'pass', why: 'articles a and b fit alike' });
  });
});
