import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import twitterText from 'twitter-text';
import { urlsIn } from '../../../../../channels/x/text/urls.ts';
import { asPosted, weightOf } from '../../../../../channels/x/text/weight.ts';
import { processorMs } from '../../../../kit/processor-time.ts';
import { piece, textOf } from './texts.ts';

describe('what a text counts', () => {
  test.each([
    ['', 0],
    ['hello', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['你好', 4],
    ['안녕', 4],
    ['привет', 6],
    ['สวัสดี', 6],
    ['😀', 2],
    ['👨‍👩‍👧‍👦', 2],
    ['👍🏽', 2],
    ['🇩🇪', 2],
    ['1️⃣', 2],
    ['https://example.com/a/very/long/path?with=a&query=too', 23],
    ['see example.com now', 31],
    ['mail me@example.com', 19],
    ['a\uFEFFb', 2],
  ])('%j: %i', (text, weight) => {
    expect(weightOf(text)).toBe(weight);
  });

  test('is what X itself counts, in texts of all scripts, emoji and links', () => {
    fc.assert(
      fc.property(textOf(12), (text) => {
        const posted = asPosted(text);
        expect(weightOf(text)).toBe(twitterText.parseTweet(posted).weightedLength);
      }),
      { numRuns: 10_000 },
    );
  });

  test('links are where X finds them', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = asPosted(pieces.join(''));
        const theirs = twitterText.extractUrlsWithIndices(text).map(({ url, indices }) => [indices[0], url.length]);
        expect(urlsIn(text).map(({ start, end }) => [start, end - start])).toEqual(theirs);
      }),
      { numRuns: 10_000 },
    );
  });

  test.each([
    ['letters', '中'.repeat(25_000), 50_000],
    ['a label without end', `${'中'.repeat(24_000)}.中`, 48_003],
    ['dots', 'a.'.repeat(12_500), 25_000],
    ['brackets', `https://a.co/${'('.repeat(24_000)}`, 24_023],
    ['open paths', `https://a.co/${'(a'.repeat(12_000)}`, 24_023],
    ['full stops after a link', `https://a.co/${'.'.repeat(24_000)}`, 24_023],
  ])('a long text of nothing but %s takes no longer than others', (_what, text, weight) => {
    const tookMs = processorMs(() => expect(weightOf(text)).toBe(weight));
    expect(tookMs).toBeLessThan(1_000);
  });
});
