import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import twitterText from 'twitter-text';
import {
  DIRECT_MESSAGE_LENGTH,
  LONG_POST_WEIGHT,
  POST_WEIGHT,
  splitDirectMessage,
  splitPost,
} from '../../../../../channels/x/text/split.ts';
import { urlsIn } from '../../../../../channels/x/text/urls.ts';
import { asPosted, weightOf } from '../../../../../channels/x/text/weight.ts';
import { processorMs } from '../../../../kit/processor-time.ts';
import { textOf } from './texts.ts';

const longOptions = { ...twitterText.configs.defaults, maxWeightedTweetLength: LONG_POST_WEIGHT };
const inOneLine = (text: string): string => text.replaceAll(/\s+/gu, '');

/** The parts without their numbers. @throws where a part is not numbered as it should be */
function unnumbered(parts: readonly string[]): string[] {
  if (parts.length < 2) return [...parts];
  return parts.map((part, index) => {
    const number = ` ${index + 1}/${parts.length}`;
    if (!part.endsWith(number)) throw new Error(`${JSON.stringify(part)} has no number ${number}`);
    return part.slice(0, -number.length);
  });
}

describe('posts', () => {
  test('what fits is one post without a number', () => {
    expect(splitPost('Your deposit has arrived.')).toEqual(['Your deposit has arrived.']);
    expect(splitPost('x'.repeat(280))).toEqual(['x'.repeat(280)]);
    expect(splitPost('你'.repeat(140))).toEqual(['你'.repeat(140)]);
  });

  test('nothing to see is no post', () => {
    expect(splitPost(' \n\uFEFF ')).toEqual([]);
  });

  test('one too many makes two', () => {
    const parts = splitPost('x'.repeat(281));
    expect(parts.map((part) => part.length)).toEqual([280, 9]);
    expect(unnumbered(parts).join('')).toBe('x'.repeat(281));
  });

  test('cuts between paragraphs before sentences, and sentences before words', () => {
    const first = `${'word '.repeat(30)}end.`;
    expect(unnumbered(splitPost(`${first} More.\n\n${'word '.repeat(30)}`))[0]).toBe(`${first} More.`);
    expect(unnumbered(splitPost(`${first} ${'word '.repeat(30)}`))[0]).toBe(first);
    expect(unnumbered(splitPost('word '.repeat(60)))[0]).toBe('word '.repeat(55).trim());
  });

  test('where there are no spaces, words are whole all the same', () => {
    // 276 fit, which is 137 of these characters and a half.
    const [first = ''] = unnumbered(splitPost(`x${'银行'.repeat(100)}`));
    expect(first).toMatch(/^x(?:银行)+$/u);
    expect(weightOf(first)).toBe(273);
  });

  test('a link is never cut, however long, and counts 23', () => {
    const link = `https://example.com/${'a'.repeat(400)}`;
    const parts = splitPost(`${'x'.repeat(250)} ${link} ${'y'.repeat(250)}`);
    expect(parts).toEqual([`${'x'.repeat(250)} ${link} 1/2`, `${'y'.repeat(250)} 2/2`]);
  });

  test('from ten parts on the numbers are wider', () => {
    const parts = splitPost('x'.repeat(280 * 12));
    expect(parts).toHaveLength(13);
    expect(parts[0]).toBe(`${'x'.repeat(274)} 1/13`);
    expect(parts.at(-1)).toMatch(/ 13\/13$/u);
  });

  test('stacked marks that fill more than a post are cut between characters, and end', () => {
    const parts = splitPost(`a${'\u0300\u0345'.repeat(400)}`);
    expect(unnumbered(parts).join('')).toBe(asPosted(`a${'\u0300\u0345'.repeat(400)}`));
    for (const part of parts) expect(weightOf(part)).toBeLessThanOrEqual(POST_WEIGHT);
  });

  test('every part is a post X takes, nothing is lost, no link and no grapheme is cut', () => {
    fc.assert(
      fc.property(textOf(80), (text) => {
        const posted = asPosted(text);
        const parts = splitPost(text);
        for (const part of parts) {
          const { weightedLength, valid } = twitterText.parseTweet(part);
          expect({ valid, isOver: weightedLength > POST_WEIGHT }).toEqual({ valid: true, isOver: false });
        }
        const words = unnumbered(parts);
        expect(inOneLine(words.join(''))).toBe(inOneLine(posted));
        expectWhole(posted, words);
      }),
      { numRuns: 1_500 },
    );
  });

  test('agrees with X on what needs splitting at all', () => {
    fc.assert(
      fc.property(textOf(50), (text) => {
        const posted = asPosted(text).trim();
        fc.pre(posted !== '');
        expect(splitPost(text).length === 1).toBe(twitterText.parseTweet(posted).weightedLength <= POST_WEIGHT);
      }),
      { numRuns: 10_000 },
    );
  });

  test('long posts, where the plan has them', () => {
    const text = 'Всё хорошо. '.repeat(2_000).trim();
    expect(splitPost(text, LONG_POST_WEIGHT)).toEqual([text]);
    const parts = splitPost(text.repeat(3), LONG_POST_WEIGHT);
    expect(parts).toHaveLength(3);
    for (const part of parts) expect(twitterText.parseTweet(part, longOptions).valid).toBe(true);
  });

  test('a very long text is split in time', () => {
    const text = 'слово и https://example.com/путь 😀 '.repeat(2_000);
    const tookMs = processorMs(() => expect(splitPost(text).length).toBeGreaterThan(200));
    expect(tookMs).toBeLessThan(3_000);
  });
});

describe('direct messages', () => {
  test('hold 10,000 and carry no number', () => {
    expect(splitDirectMessage('x'.repeat(10_000))).toEqual(['x'.repeat(10_000)]);
    expect(splitDirectMessage(`${'x'.repeat(9_990)} ${'y'.repeat(20)}`)).toEqual(['x'.repeat(9_990), 'y'.repeat(20)]);
    expect(splitDirectMessage('  ')).toEqual([]);
  });

  test('nothing is lost and nothing is cut', () => {
    fc.assert(
      fc.property(textOf(60), fc.integer({ min: 9_000, max: 10_100 }), (text, before) => {
        const whole = `${'ab '.repeat(before / 3)}${text}`;
        const parts = splitDirectMessage(whole);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(DIRECT_MESSAGE_LENGTH);
        expect(inOneLine(parts.join(''))).toBe(inOneLine(asPosted(whole)));
        expectWhole(asPosted(whole), parts);
      }),
      { numRuns: 20 },
    );
  });
});

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Walks through text and parts side by side; a part may end only where neither a link nor a grapheme goes on. */
function expectWhole(text: string, parts: readonly string[]): void {
  const inner = new Set<number>();
  for (const { start, end } of urlsIn(text)) for (let at = start + 1; at < end; at += 1) inner.add(at);
  for (const { index, segment } of graphemes.segment(text)) {
    // A grapheme of more than a post can only be cut.
    if (segment.length > 100 && weightOf(segment) > POST_WEIGHT - 10) return;
    for (let at = index + 1; at < index + segment.length; at += 1) {
      // Some marks of Arabic and Indic scripts take even a space into their grapheme; without it nothing of them is gone.
      if (!/\s/u.test(text.charAt(at))) inner.add(at);
    }
  }
  let at = 0;
  for (const part of parts) {
    while (/\s/u.test(text.charAt(at)) && !text.startsWith(part, at)) at += 1;
    expect(text.slice(at, at + part.length)).toBe(part);
    at += part.length;
    if (at < text.length) expect(inner.has(at)).toBe(false);
  }
}
