import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

const CHATS = Array.from({ length: 30 }, (_, index) => `c${index}`);

describe.each(storeBackends)('the end of an outage, on $name', ({ start }) => {
  let backend: StoreBackend;
  let gateway: Gateway;
  beforeAll(async () => {
    backend = await start();
  }, 60_000);
  afterEach(() => gateway.stop());
  afterAll(() => backend.close());

  /** A desk whose platform is away: every answer waits for its next try, which is made to be in an hour. */
  async function outage(kind: 'transient' | 'rate_limited') {
    let down = true;
    const account = memoryChannel('mem');
    const { send } = account;
    account.send = (request, signal) => {
      if (!down) return send.call(account, request, signal);
      return Promise.resolve(
        kind === 'transient' ? { kind, reason: 'no connection' } : { kind, retryAfterMs: 3_600_000 },
      );
    };
    gateway = await startGateway({ url: await backend.createDatabase(), account });
    await gateway.receive(CHATS.map((chat) => customerMessage(chat, `to ${chat}`)));
    // Of an account that was told to wait by two of its chats the others are not tried at all: they wait without a refusal.
    const refused = kind === 'transient' ? CHATS.length : 2;
    await eventually(async () => {
      const { rows } = await gateway.database.pool.query<{ chats: number; refused: number }>(
        `SELECT count(*)::int AS chats, count(*) FILTER (WHERE d.state = 'retry')::int AS refused
         FROM delivery d JOIN thread t ON t.id = d.thread_id
         WHERE t.lease_owner IS NULL AND (d.state = 'retry' OR (d.state = 'pending' AND t.due_at > now() + interval '30 minutes'))`,
      );
      expect(rows[0]?.chats).toBe(CHATS.length);
      expect(rows[0]?.refused).toBeGreaterThanOrEqual(refused);
    });
    await gateway.database.pool.query(`UPDATE thread SET due_at = now() + interval '1 hour' WHERE due_at IS NOT NULL`);
    await gateway.database.pool.query(`UPDATE delivery SET due_at = now() + interval '1 hour' WHERE state = 'retry'`);
    return { account, end: () => (down = false) };
  }

  test('the first answer that gets through brings all that waited with it', async () => {
    const { account, end } = await outage('transient');
    end();
    await gateway.receive([customerMessage('new', 'hello')]);
    await eventually(() => expect(account.arrived).toHaveLength(CHATS.length + 1), 10_000);
    expect(new Set(account.arrived.map(({ text }) => text)).size).toBe(CHATS.length + 1);
  });

  test('what the platform itself asked to wait goes on waiting', async () => {
    const { account, end } = await outage('rate_limited');
    end();
    // Of an account that is told to wait nothing goes out; the pause of one chat does not end with another's answer.
    await gateway.database.pool.query(`UPDATE account SET blocked_until = '-infinity'`);
    await gateway.receive([customerMessage('new', 'hello')]);
    await eventually(() => expect(account.arrived).toHaveLength(1), 10_000);
    await new Promise((done) => setTimeout(done, 1_500));
    expect(account.arrived.map(({ text }) => text)).toEqual(['hello']);
  });
});
