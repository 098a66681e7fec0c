import { describe, expect, test } from '@jest/globals';
import { hueOf, initialsOf } from '../../../src/web/components/initials.ts';
import { Drafts, readDraft } from '../../../src/web/composer/drafts.ts';
import { lengthIn, noteLength } from '../../../src/web/composer/length.ts';
import { sends } from '../../../src/web/composer/send-key.ts';
import { createTimes } from '../../../src/web/i18n/times.ts';
import { readStroke, type Stroke } from '../../../src/web/keyboard/keymap.ts';
import { backoffMs } from '../../../src/web/live/backoff.ts';
import { readLive } from '../../../src/web/live/live-connection.ts';
import { addressOf, parseRoute } from '../../../src/web/router/route.ts';

const stroke = (code: string, change: Partial<Stroke> = {}): Stroke => ({
  code,
  key: '',
  shift: false,
  modified: false,
  typing: false,
  composing: false,
  onControl: false,
  ...change,
});

describe('keys', () => {
  test.each([
    ['KeyJ', {}, 'next'],
    ['KeyR', { key: 'к' }, 'reply'],
    ['Enter', {}, 'open'],
    ['Slash', { key: '/' }, 'search'],
    ['Slash', { key: '?', shift: true }, 'help'],
    ['Escape', { typing: true }, 'escape'],
  ])('%s %j is %s', (code, change, command) => {
    expect(readStroke(stroke(code, change), null)).toEqual({ command });
  });

  test.each([
    ['KeyJ', { typing: true }],
    ['KeyJ', { composing: true }],
    ['Escape', { composing: true }],
    ['KeyR', { modified: true }],
    ['KeyE', { shift: true }],
    ['Enter', { onControl: true }],
    ['KeyQ', {}],
  ])('%s %j is nothing of ours', (code, change) => {
    expect(readStroke(stroke(code, change), null)).toBeNull();
  });

  test('G waits for a second letter', () => {
    expect(readStroke(stroke('KeyG'), null)).toEqual({ pending: 'g' });
    expect(readStroke(stroke('KeyU'), 'g')).toEqual({ command: 'go-unassigned' });
    expect(readStroke(stroke('KeyR'), 'g')).toBeNull();
  });

  test('Enter never sends while an input method composes', () => {
    const enter = { key: 'Enter', shift: false, modified: false, composing: false };
    expect(sends(enter, true)).toBe(true);
    expect(sends(enter, false)).toBe(false);
    expect(sends({ ...enter, modified: true }, false)).toBe(true);
    expect(sends({ ...enter, shift: true }, true)).toBe(false);
    expect(sends({ ...enter, composing: true }, true)).toBe(false);
    expect(sends({ ...enter, composing: true, modified: true }, true)).toBe(false);
  });
});

describe('addresses', () => {
  const id = '0196f1aa-0000-7000-8000-000000000001';
  test.each([
    ['/', '/inbox/mine'],
    ['/inbox/unassigned', '/inbox/unassigned'],
    [`/inbox/all/${id.toUpperCase()}`, `/inbox/all/${id}`],
    ['/inbox/nowhere', '/inbox/mine'],
    ['/inbox/all/not-an-id', '/inbox/all'],
    ['/settings', '/settings/you'],
    ['/settings/people', '/settings/people'],
  ])('%s leads to %s', (path, expected) => {
    expect(addressOf(parseRoute(path))).toBe(expected);
  });
});

describe('the length of a reply', () => {
  const utf16 = { maxLength: 4_096, unit: 'utf16' } as const;
  const codepoint = { maxLength: 2_000, unit: 'codepoint' } as const;

  test('is told near the limit, in the unit of the channel, with the number of messages', () => {
    expect(noteLength(utf16, 'a'.repeat(3_000))).toBeNull();
    expect(noteLength(utf16, 'a'.repeat(3_900))).toMatchObject({ used: 3_900, max: 4_096, parts: 1 });
    expect(noteLength(utf16, '😀'.repeat(2_100))).toMatchObject({ used: 4_200, parts: 2 });
    expect(noteLength(codepoint, '😀'.repeat(1_900))).toMatchObject({ used: 1_900, parts: 1 });
    expect(noteLength(null, 'a'.repeat(20_001))).toMatchObject({ tooLong: true });
  });

  test('as X weighs it', () => {
    const weigh = (text: string): number => lengthIn('weighted', text);
    expect(weigh('hello')).toBe(5);
    expect(weigh('提现失败')).toBe(8);
    expect(weigh('👨‍👩‍👧‍👦')).toBe(2);
    expect(weigh(`see https://example.com/${'a'.repeat(200)} now`)).toBe(4 + 23 + 4);
    expect(weigh('приве́т')).toBe(7);
  });
});

describe('drafts', () => {
  test('are kept by agent and conversation, and leave nothing behind when empty', () => {
    const store = new Map<string, string>();
    const storage = {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => void store.set(key, value),
      removeItem: (key: string) => void store.delete(key),
    };
    const mine = new Drafts('me', storage);
    mine.write('c', { reply: 'half a sen', note: '', mode: 'reply' });
    expect(mine.read('c').reply).toBe('half a sen');
    expect(new Drafts('other', storage).read('c').reply).toBe('');
    mine.write('c', { reply: '', note: '', mode: 'note' });
    expect(store.size).toBe(0);
  });

  test('words that were not taken come back above what was begun since, and whoever shows the draft is told', () => {
    const store = new Map<string, string>();
    const drafts = new Drafts('me', {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => void store.set(key, value),
      removeItem: (key: string) => void store.delete(key),
    });
    const told: string[] = [];
    const end = drafts.onGivenBack((id) => told.push(id));
    drafts.giveBack('c', 'reply', 'not taken');
    drafts.giveBack('c', 'reply', 'before it');
    drafts.giveBack('c', 'note', 'a note');
    end();
    drafts.giveBack('d', 'note', 'nobody hears');
    expect(drafts.read('c')).toEqual({ reply: 'before it\n\nnot taken', note: 'a note', mode: 'note' });
    expect(told).toEqual(['c', 'c', 'c']);
  });

  test('what does not fit is empty', () => {
    expect(readDraft('{"reply": 7, "mode": "note"}')).toEqual({ reply: '', note: '', mode: 'note' });
    expect(readDraft('{')).toEqual({ reply: '', note: '', mode: 'reply' });
  });
});

describe('the live connection', () => {
  test('frames are read with distrust', () => {
    expect(
      readLive('{"type":"changed","conversations":[{"id":"a","version":3},{"id":7},{"id":"b","version":null}]}'),
    ).toEqual({
      type: 'changed',
      conversations: [
        { id: 'a', version: 3 },
        { id: 'b', version: null },
      ],
    });
    expect(readLive('{"type":"refetch"}')).toEqual({ type: 'refetch' });
    for (const frame of ['{"type":"new thing"}', 'nonsense', 7, 'null', '{"type":"changed"}'])
      expect(readLive(frame)).toBeNull();
  });

  test('waits longer each time, never over fifteen seconds, never in step with others', () => {
    expect(backoffMs(0, 0)).toBe(250);
    expect(backoffMs(0, 1)).toBe(500);
    expect(backoffMs(3, 0.5)).toBe(3_000);
    expect(backoffMs(500, 1)).toBe(15_000);
  });
});

describe('names and times', () => {
  test.each([
    ['Ann Miller', 'AM'],
    ['王伟', '王'],
    ['김 민준', '김'],
    ['ann', 'A'],
    ['  ', '?'],
    ['Лев Толстой 🙂', 'ЛТ'],
  ])('the initials of %j are %j', (name, expected) => {
    expect(initialsOf(name)).toBe(expected);
  });

  test('the same id always has the same hue', () => {
    expect(hueOf('a-b-c')).toBe(hueOf('a-b-c'));
    expect(hueOf('x')).toBeLessThan(360);
  });

  test('times are as short as they get', () => {
    const times = createTimes('en');
    const now = new Date(2026, 4, 20, 15, 0).getTime();
    const ago = (minutes: number): string => times.brief(now - minutes * 60_000, now);
    expect([ago(0), ago(5), ago(180), ago(60 * 24 * 2)]).toEqual(['now', '5m', '3h', 'Mon']);
    expect(times.brief(new Date(2025, 0, 3).getTime(), now)).toBe('Jan 3, 2025');
    expect(times.day(now - 24 * 3_600_000, now)).toBe('Yesterday');
    expect(createTimes('zh-CN').day(now, now)).toBe('今天');
  });
});
