import { describe, expect, test } from '@jest/globals';
import { hiddenHost, readBody, safeLink, textOf } from '../../../src/web/thread/body-tree.ts';
import { colleagueDid } from '../../../src/web/thread/colleagues.ts';
import { summaryOf } from '../../../src/web/thread/delivery-summary.ts';
import { firstUnread, layoutThread } from '../../../src/web/thread/layout.ts';
import { mergeNewest, prependOlder, reachUnread, unreadBefore } from '../../../src/web/thread/loaded-thread.ts';
import { cutAtDots, cutAtMasks } from '../../../src/web/thread/masks.ts';
import { conversation, delivery, message } from './rows.ts';

const day = 24 * 3_600_000;
const options = { dayOf: (atMs: number) => Math.floor(atMs / day) * day, unreadFrom: null };
const kinds = (lines: readonly { type: string }[]): string => lines.map((line) => line.type).join(' ');
const agent = { kind: 'agent', id: 'tom', name: 'Tom' } as const;

describe('the layout of a thread', () => {
  test('one author within five minutes is one group; another author, a pause or an activity begins a new one', () => {
    const items = [
      message(1),
      message(2),
      message(8),
      message(9, { kind: 'outbound', author: agent }),
      message(10, { kind: 'note', author: agent }),
      message(11, { kind: 'activity', author: agent }),
      message(12),
    ];
    const lines = layoutThread(items, [], options);
    expect(kinds(lines)).toBe('day group group group group activity group');
    expect(lines[1]).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }] });
  });

  test('days, earlier conversations and the unread begin lines of their own', () => {
    const items = [
      message(1, { conversationId: 'before' }),
      message(2),
      message(3, { at: '2026-01-07T10:00:00.000Z' }),
    ];
    const lines = layoutThread(items, [], { ...options, unreadFrom: { seq: 3, count: 1 } });
    expect(kinds(lines)).toBe('day group conversation group day unread group');
  });

  test('what began elsewhere stands before the conversation it goes on in, once that one begins here', () => {
    const origin = {
      id: 'o',
      number: 7,
      continuedIn: 'c',
      threadKind: 'group',
      threadTitle: '#support',
      items: [message(1), message(2, { kind: 'activity' })],
      more: false,
    } as const;
    const origins = [{ ...origin, items: [...origin.items] }];
    const items = [message(3), message(4, { kind: 'activity' })];
    const lines = layoutThread(items, [], { ...options, origins, more: false });
    expect(kinds(lines)).toBe('origin day group activity');
    const [first] = lines;
    expect(first?.type === 'origin' && kinds(first.lines)).toBe('day group activity');
    expect(kinds(layoutThread(items, [], { ...options, origins, more: true }))).toBe('day group activity');
    const later = [message(3, { conversationId: 'before' }), message(4)];
    expect(kinds(layoutThread(later, [], { ...options, origins, more: true }))).toBe(
      'day group conversation origin day group',
    );
  });

  test('what was not stored yet stands at the end', () => {
    const one = {
      id: 'x',
      conversationId: 'c',
      kind: 'reply',
      text: 'hi',
      files: [],
      answered: null,
      letter: null,
      publicly: false,
      atMs: Date.parse(message(1).at),
    } as const;
    const waiting = { ...one, state: 'queued', reason: null, code: null, requestId: null } as const;
    expect(kinds(layoutThread([message(1)], [waiting], options))).toBe('day group outgoing');
  });

  test('a flood is one line that counts, however long it took, and is never unread', () => {
    const flood = (seq: number, stateReason = 'flood') => message(seq, { state: 'filed', stateReason });
    const items = [
      message(1, { state: 'answered' }),
      flood(2),
      flood(20),
      flood(21, 'blocked'),
      message(22, { state: 'filed', stateReason: 'thanks after resolved' }),
    ];
    const lines = layoutThread(items, [], options);
    expect(kinds(lines)).toBe('day group filed filed group');
    expect(lines[2]).toMatchObject({ reason: 'flood', messages: [{ seq: 2 }, { seq: 20 }] });
    expect(firstUnread(items.slice(0, 4), 1)).toEqual({ seq: 1, count: 1 });
  });

  test('the unread are the last of the customer', () => {
    const items = [message(1), message(2, { kind: 'outbound' }), message(3), message(4)];
    expect(firstUnread(items, 2)).toEqual({ seq: 3, count: 2 });
    expect(firstUnread(items, 9)).toEqual({ seq: 1, count: 3 });
    expect(firstUnread(items, 0)).toBeNull();
  });
});

describe('the loaded thread', () => {
  const page = (from: number, to: number, more: boolean) => ({
    conversation: conversation({}),
    items: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)),
    more,
    participants: [],
    origins: [],
    answering: { publicly: false, refusal: null },
  });
  const seqs = (thread: { items: readonly { seq: number }[] }): string => thread.items.map((one) => one.seq).join();

  test('older pages stay when the newest one meets them, and go when there is a gap', () => {
    expect(seqs(mergeNewest(page(1, 4, false), page(4, 6, true)))).toBe('1,2,3,4,5,6');
    expect(seqs(mergeNewest(page(1, 3, false), page(4, 6, true)))).toBe('1,2,3,4,5,6');
    expect(seqs(mergeNewest(page(1, 2, false), page(4, 6, true)))).toBe('4,5,6');
    expect(mergeNewest(page(1, 4, false), page(4, 6, true)).more).toBe(false);
    expect(mergeNewest(page(1, 2, false), page(4, 6, true)).more).toBe(true);
  });

  test('the page before goes before, once', () => {
    const thread = prependOlder(page(4, 6, true), page(2, 4, true));
    expect(seqs(thread)).toBe('2,3,4,5,6');
    expect(thread.more).toBe(true);
  });

  test('what goes on in it is kept from page to page, once, the newest of it', () => {
    const origin = (id: string, number: number, more = false) => ({
      id,
      number,
      more,
      continuedIn: 'c',
      threadKind: 'group' as const,
      threadTitle: null,
      items: [],
    });
    const withOrigins = (from: number, to: number, ...origins: ReturnType<typeof origin>[]) => ({
      ...page(from, to, true),
      origins,
    });
    const told = (thread: { origins: readonly { id: string; more: boolean }[] }) =>
      thread.origins.map(({ id, more }) => `${id}${more ? '+' : ''}`).join();
    const older = prependOlder(withOrigins(4, 6, origin('b', 2)), withOrigins(2, 4, origin('a', 1)));
    expect(told(older)).toBe('a,b');
    expect(told(mergeNewest(older, withOrigins(5, 7, origin('b', 2, true))))).toBe('a,b+');
    expect(told(mergeNewest(withOrigins(1, 2, origin('a', 1)), withOrigins(4, 6, origin('b', 2))))).toBe('b');
  });

  test('how many unread ones lie before it', () => {
    expect(unreadBefore(page(4, 6, true).items, 3, true)).toBe(0);
    expect(unreadBefore(page(4, 6, true).items, 5, true)).toBe(2);
    expect(unreadBefore([message(4, { kind: 'outbound' }), message(5)], 2, true)).toBe(1);
    // Nothing lies before the first entry there is, whatever is counted.
    expect(unreadBefore(page(1, 3, false).items, 5, false)).toBe(0);
  });

  test('is loaded on to where the unread begins, once, and to 200 entries at most', async () => {
    const asked: [number, number][] = [];
    const reach = (unread: number, from: number) => {
      const thread = { ...page(from, 400, true), conversation: conversation({ unread }) };
      return reachUnread(thread, (before, limit) => {
        asked.push([before, limit]);
        return Promise.resolve(page(before - limit, before - 1, true));
      });
    };
    expect((await reach(50, 351)).items).toHaveLength(50);
    expect(asked).toEqual([]);
    const many = await reach(80, 351);
    expect([many.items.length, many.items[0]?.seq, many.more]).toEqual([200, 201, true]);
    expect(asked).toEqual([[351, 150]]);
    expect((await reach(300, 201)).items).toHaveLength(200);
    expect(asked).toHaveLength(1);
  });
});

describe('what is drawn of a text', () => {
  const mask = (start: number, length: number, rule = 'seed-phrase') => ({ rule, certain: true, start, length });

  test('masks become stretches of their own, whatever their order', () => {
    expect(cutAtMasks('my ••••• and ••••', [mask(13, 4, 'card'), mask(3, 5)])).toEqual([
      { type: 'text', text: 'my ' },
      { type: 'mask', rule: 'seed-phrase', certain: true },
      { type: 'text', text: ' and ' },
      { type: 'mask', rule: 'card', certain: true },
    ]);
  });

  test('masks that overlap or lie beyond the text harm nothing', () => {
    expect(cutAtMasks('abc', [mask(1, 9), mask(2, 1), mask(7, 2)])).toEqual([
      { type: 'text', text: 'a' },
      { type: 'mask', rule: 'seed-phrase', certain: true },
    ]);
  });

  test("in formatted text the guard's dots are found by their form", () => {
    expect(cutAtDots('key •••••• end', [mask(40, 6, 'private-key')])).toEqual([
      { type: 'text', text: 'key ' },
      { type: 'mask', rule: 'private-key', certain: true },
      { type: 'text', text: ' end' },
    ]);
    expect(cutAtDots('•••••• is what I typed', [])).toEqual([{ type: 'text', text: '•••••• is what I typed' }]);
  });

  test('a body is read with distrust', () => {
    const tree = { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'text', value: 'a' }, 7, null] }] };
    const root = readBody({ v: 1, tree });
    expect(root === null ? null : textOf(root)).toBe('a');
    expect(readBody({ v: 2, tree })).toBeNull();
    expect(readBody('text')).toBeNull();
  });

  test.each([
    ['https://example.com/a', true],
    ['mailto:a@example.com', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['tg://user?id=1', false],
    ['not an address', false],
  ])('%s may be followed: %s', (url, expected) => {
    expect(safeLink(url) !== null).toBe(expected);
  });

  test('a link whose words hide where it leads is told by its host', () => {
    const link = new URL('https://evil.example/login');
    expect(hiddenHost(link, 'exchange.com')).toBe('evil.example');
    expect(hiddenHost(link, 'Click here')).toBe('evil.example');
    expect(hiddenHost(link, 'https://evil.example/login')).toBeNull();
    expect(hiddenHost(link, 'evil.example')).toBeNull();
    const pretending = new URL('https://exchange.com@evil.example/login');
    expect(hiddenHost(pretending, pretending.href)).toBe('evil.example');
    expect(hiddenHost(new URL('https://xn--exchnge-7fg.com/'), 'https://exchаnge.com/')).toBe('xn--exchnge-7fg.com');
    expect(hiddenHost(new URL('mailto:a@b.c'), 'write us')).toBeNull();
  });
});

describe('deliveries together', () => {
  test('the part that is furthest behind speaks for those that go well; the others for themselves', () => {
    const { summary, troubled } = summaryOf([delivery('read', 0), delivery('sending', 1), delivery('needs_review', 2)]);
    expect(summary?.ordinal).toBe(1);
    expect(troubled.map((one) => one.ordinal)).toEqual([2]);
    expect(summaryOf([delivery('failed')]).summary).toBeNull();
  });
});

describe('colleagues', () => {
  const owned = conversation({ owner: { kind: 'agent', teamId: null, agent: { id: 'tom', name: 'Tom' } } });
  const reply = (seq: number, id: string) =>
    message(seq, { kind: 'outbound', author: { kind: 'agent', id, name: 'Tom' } });

  test('a reply since the thread was opened is told before who has it', () => {
    expect(colleagueDid(owned, [reply(5, 'tom')], 'me', 4)).toMatchObject({ type: 'replied', seq: 5 });
    expect(colleagueDid(owned, [reply(5, 'tom')], 'me', 5)).toEqual({ type: 'has-it', name: 'Tom' });
  });

  test("one's own answer after it says that it was seen", () => {
    expect(colleagueDid(conversation({}), [reply(5, 'tom'), reply(6, 'me')], 'me', 4)).toBeNull();
  });

  test('the bot and oneself are no colleagues', () => {
    expect(colleagueDid(conversation({}), [message(5, { kind: 'outbound' })], 'me', 4)).toBeNull();
    expect(colleagueDid(owned, [], 'tom', 0)).toBeNull();
  });
});
