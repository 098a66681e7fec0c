import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstAddress } from '../../../../../channels/email/parse/mime/first-address.ts';
import { shownDomain } from '../../../../../channels/email/parse/shown-domain.ts';
import { processorMs } from '../../../../kit/processor-time.ts';

/** Short texts of the signs that matter. */
const texts = fc
  .array(fc.constantFrom('a', 'B', '1', '@', '@', '.', '.co', ' ', '<', '>', '"', '(', ',', '[', ']', 'é', '中'), {
    maxLength: 14,
  })
  .map((signs) => signs.join(''));

/** Shorter to say, and slow on long texts: what the rules below have to agree with. */
const ADDRESS = /[^\s<>"(),;:[\]]+@[^\s<>"(),;:]+/;
const SHOWN = /[^\s<>"'()]+@([^\s<>"'()]+\.[a-z]{2,})/iu;

describe('addresses in what strangers wrote', () => {
  test('the first is found', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(firstAddress(text)).toBe(ADDRESS.exec(text)?.[0] ?? null);
      }),
      { numRuns: 20_000 },
    );
  });

  test('the domain of the first one with a name is found', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(shownDomain(text)).toBe(SHOWN.exec(text)?.[1]?.toLowerCase() ?? null);
      }),
      { numRuns: 20_000 },
    );
  });

  test.each(['@', 'a@', 'a', 'a@b.', '.co', 'a.co', '@[', '] ', ' '])(
    '64 KB of "%s" are gone through once',
    (piece) => {
      const text = piece.repeat(65_536 / piece.length);
      expect(processorMs(() => [firstAddress(text), shownDomain(text)])).toBeLessThan(300);
    },
  );
});
