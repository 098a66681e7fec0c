import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstIdAt, madeAtMs } from '../../../../../channels/x/ids.ts';
import { usualMicros } from '../../../../../channels/x/price.ts';
import { movedTo, readUpTo } from '../../../../../channels/x/transport/polling/bookmarks.ts';
import { type AccountProcess, createKeptStore, type KeptStore, startProcess } from './account-process.ts';
import { createFakeTime, type FakeTime } from './fake-time.ts';
import { createModelServer, type ModelServer, type Written } from './model-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOON_MS = Date.parse('2026-08-06T12:00:00Z');
const LIMITS = { mentions: 300, quotes: 300, directEvents: 15 };
const ALL = ['mentions', 'quotes', 'directEvents'] as const;

interface Stand {
  time: FakeTime;
  server: ModelServer;
  store: KeptStore;
  start(options?: { budgetPerDay?: number; before?: () => void }): AccountProcess;
  write(feed: Written['feed'], earlierMs?: number): Written;
  /** What has arrived of a feed, in order. */
  arrived(feed: Written['feed']): string[];
  written(feed: Written['feed']): string[];
  codes(process: AccountProcess): string[];
}

function stand(limits = LIMITS): Stand {
  const time = createFakeTime(NOON_MS);
  const server = createModelServer({ nowMs: time.nowMs, limits });
  const store = createKeptStore();
  const prefix = { mentions: 'post:', quotes: 'post:', directEvents: 'dm:' };
  const written = (feed: Written['feed']): string[] => server.all(feed).map(({ id }) => prefix[feed] + id);
  return {
    time,
    server,
    store,
    start: (options = {}) => startProcess({ time, server, store, budgetPerDay: undefined, ...options }),
    write: (feed, earlierMs) =>
      server.write({ feed, text: 'where is my money?', authorId: '1600000000000000002' }, earlierMs),
    arrived(feed) {
      const ofFeed = new Set(written(feed));
      return [...store.stored.values()].map(({ externalId }) => externalId).filter((id) => ofFeed.has(id));
    },
    written,
    codes: ({ states }) => states.map((state) => ('code' in state ? state.code : state.state)),
  };
}

const problem = (kind: string, status = 403): { status: number; body: unknown } => ({
  status,
  body: { title: kind, type: `https://api.x.com/2/problems/${kind}`, status },
});

describe('reading', () => {
  test('begins a little before the first start, and no earlier', async () => {
    const { time, store, start, write, arrived } = stand();
    const old = write('mentions', HOUR_MS);
    const fresh = write('mentions', 10 * MINUTE_MS);
    write('directEvents', HOUR_MS);
    const freshDirect = write('directEvents', 10 * MINUTE_MS);
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    expect(arrived('mentions')).toEqual([`post:${fresh.id}`]);
    expect(arrived('directEvents')).toEqual([`dm:${freshDirect.id}`]);
    expect(store.stored.has(`create:post:${old.id}`)).toBe(false);
    await process.stop();
  });

  test('fills a gap of many pages in order; a crash between two pages leaves no hole', async () => {
    const { time, start, write, arrived, written, server } = stand();
    await start().stop();
    for (let nth = 0; nth < 450; nth += 1) {
      await time.runUntil(time.nowMs() + 1_000);
      for (const feed of ALL) write(feed);
    }
    let pages = 0;
    const process = start({
      before() {
        pages += 1;
        if (pages > 3) throw new Error('the store is away');
      },
    });
    await time.runUntil(time.nowMs() + MINUTE_MS);
    expect(arrived('mentions').length).toBeGreaterThan(0);
    expect(arrived('mentions').length).toBeLessThan(450);
    process.kill();
    const next = start();
    await time.runUntil(time.nowMs() + HOUR_MS);
    expect(server.all('mentions')).toHaveLength(450);
    for (const feed of ALL) expect(arrived(feed)).toEqual(written(feed));
    await next.stop();
  });

  test('a gap larger than X shows is read as far as it goes, and a person is told for a day', async () => {
    const { time, start, write, arrived, written, codes } = stand();
    const first = start();
    write('mentions');
    await time.runUntil(NOON_MS + MINUTE_MS);
    await first.stop();
    for (let nth = 0; nth < 900; nth += 1) write('mentions');
    const process = start();
    await time.runUntil(time.nowMs() + HOUR_MS);
    expect(arrived('mentions').slice(1)).toEqual(written('mentions').slice(-800));
    expect(codes(process).at(-1)).toBe('gap_too_large');
    await time.runUntil(time.nowMs() + 25 * HOUR_MS);
    expect(codes(process).at(-1)).toBe('connected');
    await process.stop();
  });

  test('while X pushes, what it never pushes is found within minutes, and what it should have within hours', async () => {
    const { time, server, start, write, arrived, written } = stand();
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    process.setPushed(ALL);
    await time.runUntil(NOON_MS + 10 * MINUTE_MS);
    const asked = (feed: Written['feed']): number => server.calls.get(feed) ?? 0;
    const before = ALL.map(asked);
    for (const feed of ALL) write(feed);
    await time.runUntil(NOON_MS + 16 * MINUTE_MS);
    expect(arrived('mentions')).toEqual(written('mentions'));
    expect(arrived('quotes')).toEqual([]);
    await time.runUntil(NOON_MS + 70 * MINUTE_MS);
    const [mentions = 0, ...others] = ALL.map((feed, nth) => asked(feed) - (before[nth] ?? 0));
    expect(mentions).toBeLessThanOrEqual(13);
    expect(others).toEqual([0, 0]);
    await time.runUntil(NOON_MS + 7 * HOUR_MS);
    for (const feed of ALL) expect(arrived(feed)).toEqual(written(feed));
    await process.stop();
  });

  test('finds what X shows a little late', async () => {
    const { time, start, write, arrived } = stand();
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    for (const feed of ALL) write(feed);
    await time.runUntil(time.nowMs() + 20_000);
    for (const feed of ALL) write(feed, 21_000);
    await time.runUntil(time.nowMs() + 30 * MINUTE_MS);
    for (const feed of ALL) expect(arrived(feed)).toHaveLength(2);
    await process.stop();
  });

  test('while the store refuses, nothing is lost and it says so', async () => {
    const { time, start, write, arrived, written, codes } = stand();
    let away = true;
    const process = start({
      before() {
        if (away) throw new Error('the store is away');
      },
    });
    await time.runUntil(NOON_MS + MINUTE_MS);
    write('mentions');
    write('directEvents');
    await time.runUntil(time.nowMs() + 10 * MINUTE_MS);
    expect(codes(process)).toContain('ingest_refused');
    expect(arrived('mentions')).toEqual([]);
    away = false;
    await time.runUntil(time.nowMs() + 10 * MINUTE_MS);
    expect([arrived('mentions'), arrived('directEvents')]).toEqual([written('mentions'), written('directEvents')]);
    expect(process.states.at(-1)).toEqual({ state: 'connected' });
    await process.stop();
  });

  test('a gap that costs more than a day has is read over days: in order, and nothing is paid for twice', async () => {
    const { time, start, write, arrived, written, server, codes } = stand();
    await start({ budgetPerDay: 1 }).stop();
    for (let nth = 0; nth < 200; nth += 1) {
      await time.runUntil(time.nowMs() + 1_000);
      write('directEvents');
    }
    const process = start({ budgetPerDay: 1 });
    await time.runUntil(time.nowMs() + HOUR_MS);
    expect(arrived('directEvents')).toEqual([]);
    expect(codes(process)).toContain('budget_used_up');
    await time.runUntil(NOON_MS + 4 * 24 * HOUR_MS);
    expect(arrived('directEvents')).toEqual(written('directEvents'));
    // Three quarters for reading; who we are is asked once with what is kept for answers.
    expect(Math.max(...server.charged.values())).toBeLessThanOrEqual(750_000 + usualMicros('me'));
    await process.stop();
  });

  test('a page number that X no longer knows: the gap is read from its beginning again', async () => {
    const { time, start, write, arrived, written, server } = stand();
    await start().stop();
    for (let nth = 0; nth < 30; nth += 1) {
      await time.runUntil(time.nowMs() + 1_000);
      write('directEvents');
    }
    let refused = 0;
    server.refusal = (feed, { query }) => {
      if (feed === 'mentions') return null;
      // Until somebody begins anew.
      if (query?.['pagination_token'] === undefined) {
        if (refused > 0) server.refusal = null;
        return null;
      }
      refused += 1;
      return problem('invalid-request', 400);
    };
    const process = start();
    await time.runUntil(time.nowMs() + HOUR_MS);
    expect(refused).toBe(1);
    expect(arrived('directEvents')).toEqual(written('directEvents'));
    await process.stop();
  });

  test('whatever fails, and however often the process dies: each arrives, in order', async () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom(...ALL), count: fc.nat(30) }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('away', 'back', 'refuse', 'take'), count: fc.nat(0) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'stop'), count: fc.nat(0) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(event, fc.nat(20 * MINUTE_MS)), { maxLength: 25 }), async (events) => {
        const { time, start, write, arrived, written, server } = stand({ mentions: 10, quotes: 10, directEvents: 15 });
        let refuses = false;
        const before = (): void => {
          if (refuses) throw new Error('the store is away');
        };
        let process = start({ before });
        await time.runUntil(time.nowMs() + 1);
        for (const [{ kind, count }, thenMs] of events) {
          if (kind === 'mentions' || kind === 'quotes' || kind === 'directEvents') {
            for (let nth = 0; nth < count; nth += 1) {
              write(kind);
              await time.runUntil(time.nowMs() + 50);
            }
          } else if (kind === 'away' || kind === 'back') server.away = kind === 'away';
          else if (kind === 'refuse' || kind === 'take') refuses = kind === 'refuse';
          else {
            if (kind === 'stop') await process.stop();
            else process.kill();
            process = start({ before });
          }
          await time.runUntil(time.nowMs() + thenMs);
        }
        server.away = refuses = false;
        await time.runUntil(time.nowMs() + 2 * HOUR_MS);
        await process.stop();
        for (const feed of ALL) expect(arrived(feed)).toEqual(written(feed));
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('trouble', () => {
  test('an endpoint the plan leaves out is named, the other goes on, and it is tried again after hours', async () => {
    const { time, start, write, arrived, server } = stand();
    server.refusal = (feed) => (feed === 'directEvents' ? problem('client-forbidden') : null);
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    const mention = write('mentions');
    await time.runUntil(NOON_MS + HOUR_MS);
    expect(arrived('mentions')).toEqual([`post:${mention.id}`]);
    expect([...process.lacks]).toEqual(['direct messages']);
    expect(process.states.at(-1)).toEqual({ state: 'connected' });
    expect(server.calls.get('directEvents')).toBe(1);
    server.refusal = null;
    const direct = write('directEvents');
    await time.runUntil(NOON_MS + 5 * HOUR_MS);
    expect(arrived('directEvents')).toEqual([`dm:${direct.id}`]);
    expect([...process.lacks]).toEqual([]);
    await process.stop();
  });

  test.each([
    ['needs_login', 'stopped', { status: 401, body: { title: 'Unauthorized', status: 401 } }],
    ['credits_used_up', 'stopped', problem('credits-depleted', 402)],
    ['account_held', 'stopped', { status: 403, body: { errors: [{ code: 326, message: 'locked' }] } }],
    ['platform_error', 'retrying', { status: 503, body: null }],
    ['shielded', 'retrying', { status: 403, body: null }],
  ])('%s is told, and is over when it is over', async (code, state, answer) => {
    const { time, start, write, arrived, written, server } = stand();
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    server.refusal = () => answer;
    write('mentions');
    await time.runUntil(NOON_MS + 10 * MINUTE_MS);
    expect(process.states.at(-1)).toMatchObject({ state, code });
    const calls = server.calls.get('mentions') ?? 0;
    await time.runUntil(NOON_MS + 70 * MINUTE_MS);
    // Nobody hammers at a closed door.
    expect((server.calls.get('mentions') ?? 0) - calls).toBeLessThanOrEqual(125);
    server.refusal = null;
    await time.runUntil(NOON_MS + 80 * MINUTE_MS);
    expect(process.states.at(-1)).toEqual({ state: 'connected' });
    expect(arrived('mentions')).toEqual(written('mentions'));
    await process.stop();
  });

  test('a limit that others used up is waited for to its end', async () => {
    const { time, start, server } = stand();
    const process = start();
    await time.runUntil(NOON_MS + MINUTE_MS);
    const other = server.restFor({
      reserve: () => Promise.resolve({ settle: () => undefined }),
      spending: () => Promise.resolve({ spentMicros: 0, leftMicros: null, refillsAtMs: 0 }),
      leftForReading: () => Promise.resolve(null),
      countBrought: () => undefined,
      close: () => Promise.resolve(),
    });
    for (let nth = 0; nth < 20; nth += 1) {
      await other
        .call({ endpoint: 'directEvents', purpose: 'read', query: { max_results: 1 } }, new AbortController().signal)
        .catch(() => undefined);
    }
    await time.runUntil(NOON_MS + 3 * MINUTE_MS);
    const calls = server.calls.get('directEvents') ?? 0;
    await time.runUntil(NOON_MS + 14 * MINUTE_MS);
    expect(server.calls.get('directEvents')).toBe(calls);
    expect(process.states.at(-1)).toMatchObject({ state: 'retrying', code: 'rate_limited' });
    await time.runUntil(NOON_MS + 17 * MINUTE_MS);
    expect(process.states.at(-1)).toEqual({ state: 'connected' });
    await process.stop();
  });

  test('a budget that makes it slow is told with its mend', async () => {
    const { time, start } = stand();
    const process = start({ budgetPerDay: 1 });
    await time.runUntil(NOON_MS + HOUR_MS);
    expect(process.states.at(-1)).toMatchObject({
      state: 'lagging',
      code: 'budget_slow',
      mend: expect.stringContaining('budgetPerDay'),
    });
    await process.stop();
  });
});

describe('the bookmark', () => {
  const id = fc.bigInt({ min: 1n << 40n, max: (1n << 64n) - 1n }).map(String);

  test('never goes back, fits a number, and leaves nothing of its millisecond out', () => {
    fc.assert(
      fc.property(fc.array(id, { minLength: 1 }), fc.nat(2 * 1_800_000_000_000), (ids, nowMs) => {
        let cursor = { newestId: firstIdAt(1_400_000_000_000), sinceMs: 0 };
        let position = 0;
        for (const one of ids) {
          const moved = movedTo(cursor, one, nowMs);
          ({ cursor } = moved);
          expect(Number.isSafeInteger(moved.bookmark.position)).toBe(true);
          expect(moved.bookmark.position).toBeGreaterThanOrEqual(position);
          ({ position } = moved.bookmark);
          expect(BigInt(firstIdAt(position))).toBeLessThanOrEqual(BigInt(cursor.newestId));
        }
        // An id from the future would end all reading.
        expect(madeAtMs(cursor.newestId) ?? 0).toBeLessThanOrEqual(Math.max(nowMs + MINUTE_MS, 1_400_000_000_000));
      }),
    );
  });

  test('what is read again is only what may be shown late, and only for a while', () => {
    const newestId = firstIdAt(NOON_MS);
    expect(madeAtMs(readUpTo({ newestId, sinceMs: NOON_MS }, NOON_MS + 1_000))).toBe(NOON_MS - 5_000);
    expect(readUpTo({ newestId, sinceMs: NOON_MS }, NOON_MS + 2 * MINUTE_MS)).toBe(newestId);
  });
});
