import { describe, expect, test } from '@jest/globals';
import { createPasswords } from '../../../src/access/passwords.ts';

describe('passwords', () => {
  test('are argon2id with 19 MiB, and fit in whichever form the letters were typed', async () => {
    const passwords = createPasswords();
    const hashed = await passwords.hash('Caf\u00e9 au lait');
    expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.fits(hashed, 'Cafe\u0301 au lait')).toBe(true);
    expect(await passwords.fits(hashed, 'Cafe au lait')).toBe(false);
    expect(await passwords.fits(null, 'nobody has this password')).toBe(false);
  });

  test('somebody unknown takes as long as somebody known', async () => {
    const passwords = createPasswords();
    const hashed = await passwords.hash('a password');
    await passwords.fits(null, 'warm');
    // The quickest of eight: what else a machine does only makes some of them slower.
    const quickestMs = async (of: string | null): Promise<number> => {
      const tookMs: number[] = [];
      for (let index = 0; index < 8; index += 1) {
        const startedMs = performance.now();
        await passwords.fits(of, 'wrong');
        tookMs.push(performance.now() - startedMs);
      }
      return Math.min(...tookMs);
    };
    const ratio = (await quickestMs(null)) / (await quickestMs(hashed));
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });

  test('many at once wait for each other; too many are turned away', async () => {
    const passwords = createPasswords();
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.fits(null, 'x')));
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(outcomes.length - refused.length).toBe(66);
    expect(
      refused.every((one) => one.reason instanceof Error && 'code' in one.reason && one.reason.code === 'busy'),
    ).toBe(true);
  }, 60_000);
});
