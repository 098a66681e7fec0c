import { describe, expect, test } from '@jest/globals';
import { nameLine } from '../../../../channels/shared/well-formed.ts';

describe('a name', () => {
  test('is one line without anything that turns it around', () => {
    expect(nameLine(' Mei\n\u202eLin\u202c ')).toBe('Mei Lin');
    expect(nameLine('李\u0000')).toBe('李\uFFFD');
  });

  test.each(['', '   ', '\u200b', '\u2060\ufeff', '\u3164\u115f', '\u2800', '\u0301'])(
    'that nobody can see is none: %j',
    (name) => {
      expect(nameLine(name)).toBe('');
    },
  );

  test('of emoji, digits or another script stays', () => {
    for (const name of ['👩‍🚀', '007', 'علي', 'ไทย', '♥']) expect(nameLine(name)).toBe(name);
  });
});
