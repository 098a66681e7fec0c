import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createKeyRing, SEAL_OVERHEAD } from '../../../src/files/crypto.ts';
import { SealError } from '../../../src/files/errors.ts';

const first = { version: 1, bytes: Buffer.alloc(32, 1) };
const second = { version: 2, bytes: Buffer.alloc(32, 2) };
const place = { table: 'inbound_event', column: 'raw', row: 'r1' };

describe('sealing', () => {
  const ring = createKeyRing([first]);

  it('gives back any bytes, and never the same ciphertext twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.string(), (plain, row) => {
        const here = { ...place, row };
        const sealed = ring.seal(plain, here);
        expect(sealed).toHaveLength(plain.length + SEAL_OVERHEAD);
        expect(ring.open(sealed, here)).toEqual(Buffer.from(plain));
        expect(ring.seal(plain, here)).not.toEqual(sealed);
      }),
    );
  });

  it('opens nothing of which one bit was changed or the end cut off', () => {
    const sealed = ring.seal(Buffer.from('a customer wrote this'), place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => ring.open(changed, place)).toThrow(SealError);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => ring.open(sealed.subarray(0, length), place)).toThrow(SealError);
    }
  });

  it('opens nothing in another row, column or table', () => {
    const sealed = ring.seal(Buffer.from('x'), place);
    for (const moved of [{ row: 'r2' }, { column: 'text' }, { table: 'message' }, { column: 'raw","r', row: '1' }]) {
      expect(() => ring.open(sealed, { ...place, ...moved })).toThrow(/does not open/);
    }
  });

  it('says nothing of the content in its errors', () => {
    const sealed = ring.seal(Buffer.from('SECRET'), place);
    sealed[35] = (sealed[35] ?? 0) ^ 1;
    expect(() => ring.open(sealed, place)).toThrow(
      'the value of inbound_event.raw in row r1 does not open: it was changed, moved from another row, or the master key is another one',
    );
  });

  it('uses a new nonce each time, over the refill of its pool', () => {
    const nonces = new Set<string>();
    for (let index = 0; index < 1_000; index += 1) nonces.add(ring.seal(Buffer.alloc(0), place).toString('hex', 2, 14));
    expect(nonces.size).toBe(1_000);
  });
});

describe('rotation', () => {
  it('seals under the newest key and opens under both', () => {
    const before = createKeyRing([first]);
    const after = createKeyRing([second, first]);
    const old = before.seal(Buffer.from('old'), place);
    const fresh = after.seal(Buffer.from('new'), place);
    expect([after.versionOf(old), after.versionOf(fresh), after.currentVersion]).toEqual([1, 2, 2]);
    expect(after.open(old, place).toString()).toBe('old');
    expect(after.open(fresh, place).toString()).toBe('new');
    expect(() => before.open(fresh, place)).toThrow(/master key 2, which is not configured/);
  });

  it('keeps digests', () => {
    const digest = createKeyRing([first]).digest('value', 'blob');
    expect(createKeyRing([first, second]).digest('value', 'blob')).toEqual(digest);
    expect(createKeyRing([second]).digest('value', 'blob')).not.toEqual(digest);
    expect(createKeyRing([second, first], 2).digest('value', 'blob')).toEqual(
      createKeyRing([second]).digest('value', 'blob'),
    );
  });

  it('refuses keys that cannot work', () => {
    expect(() => createKeyRing([])).toThrow(/no master key/);
    expect(() => createKeyRing([{ version: 1, bytes: Buffer.alloc(16) }])).toThrow(/16 bytes instead of 32/);
    expect(() => createKeyRing([first, { ...second, version: 1 }])).toThrow(/twice/);
    expect(() => createKeyRing([{ ...first, version: 256 }])).toThrow(/between 1 and 255/);
    expect(() => createKeyRing([first], 9)).toThrow(/version 9, is not given/);
  });
});

it('digests of one value differ by purpose, and parts cannot be shifted between them', () => {
  const ring = createKeyRing([first]);
  expect(ring.digest('x', 'a')).not.toEqual(ring.digest('x', 'b'));
  expect(ring.digest('c', 'ab:')).not.toEqual(ring.digest(':c', 'ab'));
});
