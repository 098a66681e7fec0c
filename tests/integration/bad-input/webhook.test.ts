import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normaliseUpdate } from '../../../channels/telegram/normalise.ts';
import { guardPayload } from '../../../src/guard/guard.ts';
import { UPDATE_KINDS } from '../../fixtures/telegram/updates.ts';
import { eventually } from '../../kit/eventually.ts';
import { fuzzRuns } from '../../kit/fuzz-runs.ts';
import { genuineUpdate, MARKER, mutatedUpdate, nestedJson, SEED_PHRASE } from './mutations.ts';
import { GENUINE, type Stand, startStand, WEBHOOK_SECRET } from './stand.ts';

const RUNS = fuzzRuns(2_000);
const AT_ONCE = 20;

let stand: Stand;

beforeAll(async () => {
  stand = await startStand();
}, 60_000);
afterAll(() => stand.close(), 30_000);

/** The keys under which a body has to be in the store once it was acknowledged. */
function keysOf(body: Buffer): string[] {
  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return [`malformed:${stand.digest(body)}`];
  }
  const bot = { id: 700_000_001, username: 'parley_simulator_bot' };
  return normaliseUpdate(guardPayload(payload).payload, { bot, groups: 'all' }).map((one) => {
    const key = one.outcome === 'event' ? one.event.eventKey : one.eventKey;
    return key.length > 512 ? `digest:${stand.digest(key)}` : key;
  });
}

async function eventOf(key: string) {
  return stand.database.db.selectFrom('inbound_event').selectAll().where('event_key', '=', key).executeTakeFirst();
}

async function eventCount(): Promise<number> {
  const row = await stand.database.db
    .selectFrom('inbound_event')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return row.n;
}

let lastCustomer = 900_000;

/** Somebody else writes through the platform and is answered. */
async function othersAreAnswered(): Promise<void> {
  lastCustomer += 1;
  const other = stand.telegram.customer(lastCustomer);
  other.write(`${MARKER} are you there`);
  await other.next(({ text }) => text === `${MARKER} are you there`);
}

/** An unhandled rejection or exception fails the test during which it happens: jest listens for both. */
describe('mutated updates', () => {
  test(
    `${RUNS} of them: each is stored, filed, parked or refused, and others are answered in between`,
    async () => {
      const statuses = new Map<number, number>();
      const states = new Map<string, number>();
      const kinds = new Set<string>();
      const mutated = fc.asyncProperty(
        fc.array(mutatedUpdate, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (bodies) => {
          for (const { kind } of bodies) kinds.add(kind);
          const others = othersAreAnswered();
          const answers = await Promise.all(bodies.map(({ bytes }) => stand.post(bytes)));
          for (const [index, { status }] of answers.entries()) {
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            const body = bodies[index]?.bytes ?? Buffer.alloc(0);
            if (status !== 200) {
              expect([400, 413, 415]).toContain(status);
              continue;
            }
            const keys = keysOf(body);
            expect(keys.length).toBeGreaterThan(0);
            const events: NonNullable<Awaited<ReturnType<typeof eventOf>>>[] = [];
            for (const key of keys) {
              // A byte order mark may be read over or not; either way it is kept.
              const event = (await eventOf(key)) ?? (await eventOf(`malformed:${stand.digest(body)}`));
              if (event === undefined)
                throw new Error(`acknowledged and not stored: ${body.toString('latin1').slice(0, 400)}`);
              states.set(event.state, (states.get(event.state) ?? 0) + 1);
              events.push(event);
            }
            // Of several events in one payload the first has the raw one for all.
            const isKept = events.some(({ raw, raw_blob }) => (raw ?? raw_blob) !== null);
            const kept = events.filter(({ state }) => state === 'stored' || state === 'parked');
            if (kept.length > 0 && !isKept) throw new Error(`${bodies[index]?.kind}: ${kept[0]?.event_key} has no raw`);
          }
          await others;
        },
      );
      await fc.assert(mutated, { numRuns: Math.ceil(RUNS / AT_ONCE), endOnFailure: true });
      // The mutations must reach every fate, or the test tries less than it says.
      expect([...states.keys()]).toEqual(expect.arrayContaining(['stored', 'parked', 'filed', 'waiting']));
      if (RUNS >= 2_000) for (const { name } of UPDATE_KINDS) expect(kinds).toContain(name);
      expect(statuses.get(200) ?? 0).toBeGreaterThan(RUNS / 2);
      process.stderr.write(
        `mutated updates: ${JSON.stringify({ answers: Object.fromEntries(statuses), became: Object.fromEntries(states) })}\n`,
      );
    },
    60_000 + RUNS * 60,
  );

  test('all of it ends: answered, with people, parked or filed, and nothing is left due', async () => {
    await eventually(async () => {
      const open = await stand.database.db.selectFrom('message').select('id').where('state', '=', 'new').execute();
      expect(open).toHaveLength(0);
      const leased = await stand.database.db
        .selectFrom('thread')
        .select('id')
        .where((eb) => eb.or([eb('lease_owner', 'is not', null), eb('due_at', 'is not', null)]))
        .execute();
      expect(leased).toHaveLength(0);
    }, 25_000);
    await othersAreAnswered();
  });
});

describe('one by one', () => {
  const parkedWith = async (body: Buffer | string): Promise<void> => {
    const bytes = Buffer.from(body);
    expect((await stand.post(bytes)).status).toBe(200);
    expect(await eventOf(`malformed:${stand.digest(bytes)}`)).toMatchObject({ state: 'parked', reason: 'not JSON' });
  };

  test('truncated JSON, invalid UTF-8, no body at all and compressed bytes are parked', async () => {
    const json = JSON.stringify(genuineUpdate(2_000_001, MARKER));
    await parkedWith(json.slice(0, -7));
    await parkedWith(Buffer.concat([Buffer.from(json.slice(0, 50)), Buffer.from([0xc3, 0x28])]));
    await parkedWith('');
    await parkedWith(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]));
    await othersAreAnswered();
  });

  test('JSON that is no update is parked, whatever it is', async () => {
    const bodies = [
      'null',
      '0',
      '"x"',
      '[]',
      '{}',
      'true',
      '[{"update_id":1}]',
      '{"update_id":"1"}',
      '{"update_id":1e400}',
    ];
    for (const body of bodies) expect((await stand.post(body)).status).toBe(200);
    for (const body of bodies) {
      const [key = ''] = keysOf(Buffer.from(body));
      expect(await eventOf(key)).toMatchObject({ state: 'parked', reason: 'not a Telegram update' });
    }
  });

  test('10,000 levels of nesting, in a field or as the whole, are taken without harm', async () => {
    const update = genuineUpdate(2_000_002, `${MARKER} deep`);
    const body = JSON.stringify({ ...update, more: '@' })
      .replace('"@"', nestedJson(10_000))
      .replaceAll('51000', '52000');
    expect((await stand.post(body)).status).toBe(200);
    const whole = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const before = await eventCount();
    expect((await stand.post(whole)).status).toBe(200);
    expect(await eventCount()).toBe(before + 1);
    await othersAreAnswered();
  });

  test('deep nesting is no secret: the conversation is not marked as if one had been pasted', async () => {
    const update = JSON.stringify({ ...genuineUpdate(2_100_000, `${MARKER} deep`), more: '@' });
    const body = update.replace('"@"', nestedJson(300)).replaceAll(/"id":51\d+/gu, '"id":53000');
    expect((await stand.post(body)).status).toBe(200);
    const found = await stand.database.db
      .selectFrom('conversation')
      .innerJoin('thread', 'thread.id', 'conversation.thread_id')
      .select(['conversation.priority', 'conversation.secret_pending'])
      .where('thread.external_key', '=', '53000')
      .executeTakeFirst();
    expect(found).toEqual({ priority: 'normal', secret_pending: false });
  });

  test('a body of 5 MB is refused with 413, with and without a length', async () => {
    const big = Buffer.alloc(5 * 1024 * 1024, 0x20);
    const before = await eventCount();
    expect((await stand.post(big)).status).toBe(413);
    expect((await stand.post(big, { chunked: true })).status).toBe(413);
    expect(await eventCount()).toBe(before);
    await othersAreAnswered();
  });

  test('a body just under the limit is stored, its payload beside the database', async () => {
    const update = genuineUpdate(2_000_003, `${MARKER} ${'x'.repeat(900_000)}`);
    const body = Buffer.from(JSON.stringify(update));
    expect((await stand.post(body)).status).toBe(200);
    const [key = ''] = keysOf(body);
    const event = await eventOf(key);
    expect(event).toMatchObject({ state: 'stored', raw: null });
    expect(event?.raw_blob).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=latin1',
    'x',
    '',
  ])('content type %p: stored, or refused with 415', async (type) => {
    const n = 2_000_100 + type.length;
    const body = Buffer.from(JSON.stringify(genuineUpdate(n, MARKER)));
    const { status } = await stand.post(body, { headers: { ...GENUINE, 'content-type': type } });
    const [key = ''] = keysOf(body);
    expect([200, 415]).toContain(status);
    expect((await eventOf(key)) !== undefined).toBe(status === 200);
  });

  test('without the right secret nothing is taken: missing, wrong, twice, empty', async () => {
    const body = JSON.stringify(genuineUpdate(2_000_200, MARKER));
    const type = { 'content-type': 'application/json' };
    const name = 'x-telegram-bot-api-secret-token';
    const before = await eventCount();
    for (const headers of [
      type,
      { ...type, [name]: '' },
      { ...type, [name]: `${WEBHOOK_SECRET}x` },
      { ...type, [name]: WEBHOOK_SECRET.slice(0, -1) },
      { ...type, [name]: [WEBHOOK_SECRET, WEBHOOK_SECRET] },
      { ...type, [name]: ['', WEBHOOK_SECRET] },
    ]) {
      const answer = await stand.post(body, { headers });
      expect(answer.status).toBe(401);
      expect(answer.body).not.toContain(WEBHOOK_SECRET);
    }
    expect(await eventCount()).toBe(before);
  });

  test('addresses of no account answer 404, 400 or 414', async () => {
    const tails = [
      '/nobody',
      '/',
      '',
      '/tg/more',
      '/%00',
      '/..%2f..%2fetc',
      `/${'a'.repeat(5_000)}`,
      '/%ff',
      '/__proto__',
    ];
    for (const tail of tails) {
      const { status } = await stand.post('{}', { path: `/hooks${tail}` });
      expect([400, 404, 414]).toContain(status);
    }
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('method %s is not for webhooks', async (method) => {
    const { status } = await stand.post('', { method });
    expect([404, 405]).toContain(status);
  });

  test('what is no HTTP, and a client that hangs up in mid-body, harm nobody', async () => {
    const before = await eventCount();
    const talk = (bytes: string, hangUp: boolean): Promise<string> =>
      new Promise((resolve) => {
        let said = '';
        const socket = connect(stand.port, '127.0.0.1', () => {
          socket.write(bytes, () => (hangUp ? setTimeout(() => socket.destroy(), 50) : undefined));
        });
        socket.on('data', (data) => (said += data.toString()));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(said));
      });
    expect(await talk('\u0000\u0001\u0002 garbage\r\n\r\n', false)).toContain('400');
    const head = `POST /hooks/tg HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: ${WEBHOOK_SECRET}\r\n`;
    expect(await talk(`${head}content-length: 500\r\n\r\n{"update_id":7`, true)).toBe('');
    expect(await talk(`${head}content-length: -1\r\n\r\n{}`, false)).toContain('400');
    expect(await talk(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, false)).toContain(
      '400',
    );
    expect(await eventCount()).toBe(before);
    await othersAreAnswered();
  });
});

describe('afterwards', () => {
  test('no log line holds a secret or a word of a customer', async () => {
    expect(stand.lines.length).toBeGreaterThan(0);
    const all = stand.lines.join('');
    for (const secret of [WEBHOOK_SECRET, stand.telegram.token, stand.telegram.token.split(':')[1] ?? '', MARKER]) {
      expect(all.includes(secret)).toBe(false);
    }
    expect(all).not.toContain(SEED_PHRASE);
  });

  test('the seed phrase is nowhere in the database', async () => {
    const { rows } = await stand.database.pool.query<{ n: number }>(
      `SELECT count(*) AS n FROM message WHERE text LIKE '%' || $1 || '%'`,
      [SEED_PHRASE],
    );
    expect(rows[0]?.n).toBe(0);
    const masked = await stand.database.db
      .selectFrom('secret_finding')
      .select('id')
      .where('rule', '=', 'seed-phrase')
      .execute();
    expect(masked.length).toBeGreaterThan(0);
  });
});
