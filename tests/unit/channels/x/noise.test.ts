import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { alikeIn, type Crowd, joinCrowd, type MentionFacts, noiseOf, RAID_SIZE } from '../../../../channels/x/noise.ts';
import { processorMs } from '../../../kit/processor-time.ts';

const facts = (text: string, given: Partial<MentionFacts> = {}): MentionFacts => ({
  text,
  language: 'en',
  tags: [],
  mentions: 1,
  hasFiles: false,
  answersUs: false,
  onlyCarried: false,
  alike: 0,
  ...given,
});

describe('what a post is', () => {
  test.each([
    ['where is my deposit', 'en'],
    ['@Acme my withdrawal is stuck since Monday', 'en'],
    ['you locked my account', 'en'],
    ['wen listing', 'en'],
    ['@Acme', 'en'],
    ['no puedo retirar mi dinero', 'es'],
    ['¿Cuándo abren los retiros', 'es'],
    ['вывод не работает', 'ru'],
    ['когда откроют вывод', 'ru'],
    ['提现到账太慢', 'zh'],
    ['请问客服在吗', 'zh'],
    ['出金できない', 'ja'],
    ['출금이 안돼요', 'ko'],
    ['لماذا حسابي مجمد', 'ar'],
    ['para çekme işlemim bekliyor', 'tr'],
    ['ฝากเงินแล้ว', 'th'],
    ['money gone 😡', 'und'],
  ])('%j is a conversation', (text, language) => {
    expect(noiseOf(facts(text, { language }), [])).toBeNull();
  });

  test.each([
    ['gm', 'en'],
    ['great team, love the new app', 'en'],
    ['LFG to the moon 🚀', 'en'],
    ['el mejor exchange', 'es'],
    ['лучшая биржа', 'ru'],
    ['最好的交易所', 'zh'],
    ['最高の取引所', 'ja'],
    ['최고의 거래소', 'ko'],
  ])('%j asks for nothing', (text, language) => {
    expect(noiseOf(facts(text, { language }), [])).toBe('asks for nothing');
  });

  test('a picture may show what is wrong', () => {
    expect(noiseOf(facts('look', { hasFiles: true }), [])).toBeNull();
  });

  test('campaigns: by their tags, or by very many of any', () => {
    const tagged = facts('is it live? #AcmeQuest', { tags: ['acmequest'] });
    expect(noiseOf(tagged, [])).toBeNull();
    expect(noiseOf(tagged, ['AcmeQuest'])).toBe('campaign');
    expect(noiseOf(facts('is it live?', { tags: ['a', 'b', 'c', 'd', 'e'] }), [])).toBe('campaign');
    expect(noiseOf(facts('ready?', { mentions: 9 }), [])).toBe('campaign');
    expect(noiseOf(facts('my deposit is missing #AcmeQuest', { tags: ['acmequest'] }), ['acmequest'])).toBeNull();
  });

  test('whoever was carried along into a chat of others asks somebody else', () => {
    expect(noiseOf(facts('how did you do that?', { onlyCarried: true }), [])).toBe('carried along');
    expect(noiseOf(facts('my deposit is lost as well', { onlyCarried: true }), [])).toBe('carried along');
  });

  test('a raid is one whatever it says', () => {
    expect(noiseOf(facts('give back our funds, scammers', { alike: RAID_SIZE }), [])).toBe('raid');
    expect(noiseOf(facts('give back our funds, scammers', { alike: RAID_SIZE - 1 }), [])).toBeNull();
  });

  test('whoever answers us is never noise', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(100),
        fc.array(fc.string()),
        fc.nat(50),
        fc.boolean(),
        (text, alike, tags, mentions, onlyCarried) => {
          expect(noiseOf(facts(text, { alike, tags, mentions, onlyCarried, answersUs: true }), tags)).toBeNull();
        },
      ),
    );
  });

  test('a very long post is judged in time', () => {
    const pieces = ['a ', 'no ', 'ayu', '中', '@a', 'https://', '#'];
    const tookMs = processorMs(() => pieces.map((piece) => noiseOf(facts(piece.repeat(10_000)), [])));
    expect(tookMs).toBeLessThan(2_000);
  });
});

describe('crowds', () => {
  const MINUTE = 60_000;
  const crowdOf = (
    posts: readonly { authorId: string; text: string; atMs?: number }[],
  ): { crowd: Crowd; alike: number } => {
    let state: { crowd: Crowd; alike: number } = { crowd: [], alike: 0 };
    for (const [index, given] of posts.entries()) {
      const post = { postId: String(index), atMs: index * 1_000, ...given };
      const crowd = joinCrowd(state.crowd, post);
      state = { crowd, alike: alikeIn(crowd, post) };
    }
    return state;
  };
  const slogan = (name: string, link: string): string =>
    `${name} Acme is insolvent, withdraw everything you have there NOW ${link} #RunOnAcme`;

  test('nearly the same words of many people are counted', () => {
    const posts = ['1', '2', '3', '4', '5'].map((authorId) => ({
      authorId,
      text: slogan(`@friend${authorId}`, `https://t.co/${authorId}`),
    }));
    expect(crowdOf(posts).alike).toBe(4);
  });

  test('so are words without spaces', () => {
    const posts = ['1', '2', '3'].map((authorId) => ({ authorId, text: `交易所跑路了大家快提现${authorId}` }));
    expect(crowdOf(posts).alike).toBe(2);
  });

  test('one person who repeats themself is no crowd, nor is a post that comes twice', () => {
    expect(crowdOf(['1', '1', '1', '1'].map((authorId) => ({ authorId, text: slogan('', '') }))).alike).toBe(0);
    const first = joinCrowd([], { postId: '1', authorId: '1', text: slogan('', ''), atMs: 0 });
    const again = { postId: '1', authorId: '2', text: slogan('', ''), atMs: 0 };
    expect(joinCrowd(first, again)).toHaveLength(1);
    expect(alikeIn(first, again)).toBe(0);
  });

  test('different matters are not alike, nor are posts without words', () => {
    expect(
      crowdOf([
        { authorId: '1', text: 'where is my deposit of Monday' },
        { authorId: '2', text: 'where is the button to verify me' },
        { authorId: '3', text: 'my deposit never arrived' },
      ]).alike,
    ).toBe(0);
    expect(crowdOf(['1', '2', '3'].map((authorId) => ({ authorId, text: '@Acme 🚀' }))).alike).toBe(0);
  });

  test('when something is down, many ask the same few words, and are no raid', () => {
    const posts = ['1', '2', '3', '4', '5', '6'].map((authorId) => ({
      authorId,
      text: '@Acme when will withdrawals be open again?',
    }));
    expect(crowdOf(posts).alike).toBe(0);
  });

  test('after ten minutes it is forgotten', () => {
    const text = slogan('', '');
    expect(
      crowdOf([
        { authorId: '1', text, atMs: 0 },
        { authorId: '2', text, atMs: 10 * MINUTE },
      ]).alike,
    ).toBe(1);
    expect(
      crowdOf([
        { authorId: '1', text, atMs: 0 },
        { authorId: '2', text, atMs: 10 * MINUTE + 1 },
      ]),
    ).toMatchObject({
      alike: 0,
      crowd: { length: 1 },
    });
  });

  test('it stays small, and what was given is never changed', () => {
    const before: Crowd = [];
    let crowd = before;
    for (let index = 0; index < 1_200; index += 1) {
      crowd = joinCrowd(crowd, {
        postId: String(index),
        authorId: String(index),
        text: `word${index}`,
        atMs: index,
      });
    }
    expect(crowd).toHaveLength(1_000);
    expect(crowd.at(-1)).toMatchObject({ postId: '1199' });
    expect(before).toEqual([]);
  });
});
