import { describe, expect, test } from '@jest/globals';
import {
  appendPage,
  belongsTo,
  byNewest,
  holdOrder,
  keepOpen,
  mergeFirstPage,
  placeConversation,
  withFound,
} from '../../../src/web/list/list-pages.ts';
import { matches } from '../../../src/web/list/matches.ts';
import { conversation } from './rows.ts';

const ids = (rows: readonly { id: string }[]): string => rows.map((one) => one.id).join('');
const row = (id: string, minute: number, change = {}) => conversation({ id, minute, ...change });
const [a, b, c, d] = [row('a', 9), row('b', 8), row('c', 7), row('d', 6)];

describe('the loaded list', () => {
  test('a page fetched again keeps what is older, drops what is newer and gone', () => {
    const known = { items: [a, b, c, d], next: 'after-d' };
    const moved = row('c', 10);
    const merged = mergeFirstPage(known, { items: [moved, a], next: 'after-a' });
    expect(ids(merged.items)).toBe('cabd');
    expect(merged.next).toBe('after-d');
    expect(ids(mergeFirstPage(known, { items: [a, c], next: 'after-c' }).items)).toBe('acd');
  });

  test('a page that is the whole list is the whole list', () => {
    expect(mergeFirstPage({ items: [a, b], next: 'x' }, { items: [b], next: null })).toEqual({
      items: [b],
      next: null,
    });
  });

  test('a further page adds nothing twice', () => {
    expect(ids(appendPage({ items: [a, b], next: 'x' }, { items: [b, c], next: null }).items)).toBe('abc');
  });

  test('a changed conversation moves to its place, or out of the view', () => {
    const known = { items: [a, b, c], next: null };
    expect(ids(placeConversation(known, row('c', 12, { version: 2 }), true).items)).toBe('cab');
    expect(ids(placeConversation(known, row('b', 8), false).items)).toBe('ac');
    expect(ids(placeConversation({ ...known, next: 'more' }, row('z', 1), true).items)).toBe('abc');
  });

  test('an answer that was overtaken changes nothing', () => {
    const known = { items: [row('a', 9, { version: 5 })], next: null };
    expect(placeConversation(known, row('a', 8, { version: 4 }), true).items[0]?.version).toBe(5);
  });

  test('two of the same moment are told apart by id, newest id first', () => {
    expect([row('a', 5), row('b', 5)].toSorted(byNewest).map((one) => one.id)).toEqual(['b', 'a']);
  });
});

describe('what was found besides', () => {
  test('stands below what is loaded, once, as the list knows it', () => {
    expect(ids(withFound([b, c], [a, row('c', 7, { version: 0 }), d]))).toBe('bcad');
    expect(withFound([b], [row('b', 8, { version: 0 })])).toEqual([b]);
    expect(ids(withFound([], [a]))).toBe('a');
    expect(ids(withFound([a], []))).toBe('a');
  });
});

describe('the shown order', () => {
  test('nothing moves under the pointer; what is new waits, what left goes, further pages come below', () => {
    const fresh = [row('n', 11), row('c', 10), a, d];
    const shown = holdOrder(['a', 'b', 'c'], fresh);
    expect(ids(shown.rows)).toBe('acd');
    expect(shown.waiting).toBe(1);
  });

  test('the open one stays where it was when it leaves the view', () => {
    expect(ids(keepOpen([a, c], { conversation: b, index: 1 }))).toBe('abc');
    expect(ids(keepOpen([a, b], { conversation: b, index: 0 }))).toBe('ab');
  });
});

describe('a view', () => {
  const mine = { kind: 'agent', teamId: null, agent: { id: 'me', name: 'Me' } } as const;
  test.each([
    ['mine', { owner: mine }, true],
    ['mine', { owner: { ...mine, agent: { id: 'other', name: 'O' } } }, false],
    ['unassigned', { owner: { kind: 'queue', teamId: 't', agent: null } }, true],
    ['bot', {}, true],
    ['all', {}, true],
    ['all', { status: 'resolved' }, false],
    ['resolved', { status: 'resolved' }, true],
    ['resolved', { status: 'resolved', filedAs: 'spam' }, false],
    ['filed', { status: 'resolved', filedAs: 'spam' }, true],
    ['filed', { status: 'resolved' }, false],
    ['all', { status: 'resolved', filedAs: 'spam' }, false],
    ['mine', { owner: mine, status: 'resolved' }, false],
  ] as const)('%s of %j: %s', (view, change, expected) => {
    expect(belongsTo(view, row('a', 1, change), 'me')).toBe(expected);
  });

  test('a filter wants every word, in any of name, handle, number and last words', () => {
    const one = row('a', 1, { preview: 'My deposit', number: 42 });
    expect(matches(one, 'ann depo')).toBe(true);
    expect(matches(one, '#42')).toBe(true);
    expect(matches({ ...one, subject: 'Lost card' }, 'lost ann')).toBe(true);
    expect(matches(one, 'ann withdrawal')).toBe(false);
    expect(matches(one, '  ')).toBe(true);
  });
});
