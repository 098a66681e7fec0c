import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createClock } from '../../../../../channels/shared/simulator/clock.ts';
import { createSnowflakes } from '../../../../../channels/shared/simulator/snowflakes.ts';
import { madeAtMs } from '../../../../../channels/x/ids.ts';
import { activityName } from '../../../../../channels/x/inbound/activity.ts';
import { wordsOf } from '../../../../../channels/x/inbound/words.ts';
import { EVENT_TYPES, pascalName } from '../../../../../channels/x/simulator/activity/occurrence.ts';
import { pageOf } from '../../../../../channels/x/simulator/rest/pages.ts';
import { wireText } from '../../../../../channels/x/simulator/views/wire-text.ts';
import { EPOCH_MS, indexFrom } from '../../../../../channels/x/simulator/world.ts';

describe('ids', () => {
  test('rise, are never given twice, and hold their time', () => {
    const newId = createSnowflakes(createClock(), EPOCH_MS);
    const ids = Array.from({ length: 5_000 }, () => newId());
    expect(ids.every((id, at) => at === 0 || BigInt(id) > BigInt(ids[at - 1] ?? '0'))).toBe(true);
    expect(Math.abs((madeAtMs(newId()) ?? 0) - Date.now())).toBeLessThan(1_000);
    const back = Array.from({ length: 100 }, () => newId(1_700_000_000_000));
    expect(new Set(back).size).toBe(100);
    expect(back.every((id) => madeAtMs(id) === 1_700_000_000_000)).toBe(true);
  });
});

describe('texts', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      'https://acme.com/a?b=1&c=2',
      '@ana_lee',
      '#tag',
      '$BTC',
      '&amp;',
      '<b>',
      '🎉',
      '漢字',
      ' ',
      'acme.com',
    ),
  );

  test('are read back as they were written, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // What was never well formed, or looks like one of X's own links, does not come back the same.
        const text = pieces.join(' ').normalize('NFC').toWellFormed().trim();
        fc.pre(!text.includes('t.co/'));
        const wire = wireText(text, 0, [], () => undefined);
        const entities = {
          urls: wire.urls.map(({ start, end, url, expanded }) => ({ start, end, url, expanded_url: expanded })),
        };
        const read = wordsOf(wire.text, entities, { hasFiles: false, quotedId: null }).text;
        const withSchemes = wireTextWithSchemes(
          text,
          wire.urls.map(({ expanded }) => expanded),
        );
        expect(read.trim()).toBe(withSchemes.trim());
      }),
    );
  });

  test('every span is where it says, in code points', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const wire = wireText(pieces.join(' ').normalize('NFC').toWellFormed(), 0, [], () => undefined);
        const points = Array.from(wire.text);
        const at = ({ start, end }: { start: number; end: number }): string => points.slice(start, end).join('');
        for (const url of wire.urls) expect(at(url)).toBe(url.url);
        for (const mention of wire.mentions) expect(at(mention)).toBe(`@${mention.username}`);
        for (const tag of wire.hashtags) expect(at(tag)).toBe(`#${tag.tag}`);
        expect(wire.range).toEqual([0, points.length]);
        expect(/[<>]/u.test(wire.text)).toBe(false);
      }),
    );
  });
});

describe('pages', () => {
  test('any size and any start bring the rest once, newest first', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.nat(70), (count, size, since) => {
        const list = Array.from({ length: count }, (_, at) => ({ id: String(at + 1), atMs: at }));
        const found: string[] = [];
        let token: unknown;
        do {
          const query = new URLSearchParams({ max_results: String(size), since_id: String(since) });
          if (typeof token === 'string') query.set('pagination_token', token);
          const page = pageOf(list, query, { least: 1, most: 100, usual: 10 });
          found.push(...page.entries.map(({ id }) => id));
          token = page.meta['next_token'];
        } while (token !== undefined);
        expect(found).toEqual(
          list
            .map(({ id }) => id)
            .filter((id) => Number(id) > since)
            .reverse(),
        );
      }),
    );
  });

  test('the place of an id is the first that is not less', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000)), fc.nat(1_000), (numbers, wanted) => {
        const list = numbers.sort((one, other) => one - other).map((number) => ({ id: String(number) }));
        const expected = numbers.filter((number) => number < wanted).length;
        expect(indexFrom(list, String(wanted))).toBe(expected);
      }),
    );
  });
});

test('the names that events had before are read as the present ones', () => {
  for (const type of EVENT_TYPES) {
    expect(activityName(pascalName(type)).replaceAll('_', '.')).toBe(type.replaceAll('_', '.'));
  }
});

/** Links without a scheme are told with one. */
function wireTextWithSchemes(text: string, expanded: readonly string[]): string {
  let rest = text;
  let read = '';
  for (const link of expanded) {
    const written = rest.includes(link) ? link : link.slice('http://'.length);
    const bare = link.startsWith('http://') ? link.slice('http://'.length) : link;
    const [at, found] = firstOf(rest, [link, written, bare]);
    read += rest.slice(0, at) + link;
    rest = rest.slice(at + found.length);
  }
  return read + rest;
}

function firstOf(text: string, wanted: readonly string[]): [number, string] {
  return (
    wanted
      .map((one): [number, string] => [text.indexOf(one), one])
      .filter(([at]) => at >= 0)
      .sort(([one, first], [other, second]) => one - other || second.length - first.length)[0] ?? [text.length, '']
  );
}
