import { describe, expect, test } from '@jest/globals';
import { normaliseUpdate } from '../../../../channels/telegram/normalise.ts';
import { UPDATE_KINDS, updateOf } from '../../../fixtures/telegram/updates.ts';

const CONTEXT = { bot: { id: 700_000_001, username: 'acme_support_bot' }, groups: 'mention' as const };

describe('one update of every kind', () => {
  test('names and ids are told apart, over kinds and numbers', () => {
    const names = UPDATE_KINDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const ids = [0, 1, 2].flatMap((n) => UPDATE_KINDS.map((kind) => Reflect.get(kind.update(n), 'update_id')));
    expect(new Set(ids).size).toBe(3 * names.length);
    expect(ids.every(Number.isSafeInteger)).toBe(true);
  });

  test.each(UPDATE_KINDS.map((kind) => [kind.name, kind] as const))('%s is a whole update', (name, kind) => {
    const update = kind.update(4);
    // What a server would send is JSON, and the same each time.
    expect(JSON.parse(JSON.stringify(update))).toEqual(update);
    expect(kind.update(4)).toEqual(update);
    expect(kind.update(5)).not.toEqual(update);
    const [id, content, ...rest] = Object.keys(update);
    expect([id, rest]).toEqual(['update_id', []]);
    const read = normaliseUpdate(update, CONTEXT);
    expect(read.length).toBeGreaterThan(0);
    // Only what nobody knows is set aside for people to look at.
    if (!name.startsWith('unknown')) expect(read.filter(({ outcome }) => outcome === 'parked')).toEqual([]);
    expect(content).toMatch(/^[a-z_]{4,}$/u);
    expect(updateOf(name, 4)).toEqual(update);
  });

  test('an unknown kind is refused by its name', () => {
    expect(() => updateOf('nonsense')).toThrow(/no kind nonsense; there are text,/u);
  });
});
