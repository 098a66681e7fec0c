import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { SUSPECTS_AT_ONCE } from '../../../src/conversation/worker.ts';
import { brandId, type InstanceId } from '../../../src/core/model/ids.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

describe.each(storeBackends)('what a dead process worked on, on $name', ({ start }) => {
  const gateways = useGateways(start);
  const gateway = () => gateways.start({ withoutWorker: true, account: memoryChannel() });

  const bury = (on: Gateway, instance: InstanceId) =>
    on.database.pool.query('SELECT bury_v1($1, $2, NULL, 10000)', [instance, 'dead']);
  async function born(on: Gateway): Promise<InstanceId> {
    const { rows } = await on.database.pool.query<{ id: string }>(
      `INSERT INTO instance (id, roles, host, pid, version, embedded) VALUES (gen_random_uuid(), '{}', 'x', 1, 'x', false) RETURNING id`,
    );
    return brandId(rows[0]?.id ?? '');
  }
  const claim = (on: Gateway, instance: InstanceId, limit: number, suspicion: number) =>
    on.database.pool.query('SELECT claim_v1($1, NULL, 2, $2, 0, $3::smallint)', [instance, limit, suspicion]);
  const threads = async (on: Gateway) =>
    (await on.database.db.selectFrom('thread').select(['suspicion', 'alone_deaths']).orderBy('address').execute()).map(
      (row) => [row.suspicion, row.alone_deaths],
    );

  test('whoever dies among others is suspect, whoever dies among suspects is drained alone, and only that is counted', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', 'a'), customerMessage('2', 'b')]);
    await on.store.claim({ shard: null, limit: 10, overdueMs: 0, suspicion: 0 });
    await bury(on, on.instance.id());
    expect(await threads(on)).toEqual([
      [1, 0],
      [1, 0],
    ]);

    const second = await born(on);
    await claim(on, second, 10, 0);
    await claim(on, second, 10, 2);
    expect(await on.database.pool.query('SELECT FROM thread WHERE lease_owner IS NOT NULL')).toMatchObject({
      rowCount: 0,
    });
    await claim(on, second, 10, 1);
    await bury(on, second);
    expect(await threads(on)).toEqual([
      [2, 0],
      [2, 0],
    ]);

    const third = await born(on);
    await claim(on, third, 1, 2);
    await bury(on, third);
    expect((await threads(on)).toSorted(([, a = 0], [, b = 0]) => a - b)).toEqual([
      [2, 0],
      [2, 1],
    ]);
  });

  test('the only suspect is alone at once', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', 'a')]);
    await on.store.claim({ shard: null, limit: 10, overdueMs: 0, suspicion: 0 });
    await bury(on, on.instance.id());
    const second = await born(on);
    await claim(on, second, 10, 1);
    await bury(on, second);
    expect(await threads(on)).toEqual([[2, 1]]);
  });

  test('suspects are drained some at once with nobody else beside them, and are beyond suspicion then', async () => {
    const on = await gateway();
    const chats = Array.from({ length: 2 * SUSPECTS_AT_ONCE + 3 }, (_, index) => `suspect ${index}`);
    await on.receive(chats.map((chat) => customerMessage(chat, chat)));
    await on.store.claim({ shard: null, limit: 100, overdueMs: 0, suspicion: 0 });
    await bury(on, on.instance.id());

    const under = new Set<string>();
    let most = 0;
    let mixed = 0;
    const account = memoryChannel('mem', {
      async send(request) {
        const text = String(request.part['text']);
        under.add(text);
        most = Math.max(most, [...under].filter((one) => one.startsWith('suspect')).length);
        const kinds = new Set([...under].map((one) => one.split(' ')[0]));
        if (kinds.size > 1) mixed += 1;
        await sleep(150);
        under.delete(text);
        account.arrived.push({ threadKey: request.threadKey, text, key: request.idempotencyKey });
        return { kind: 'sent', externalId: `out ${text}` };
      },
    });
    const second = await gateways.start({ url: on.database.url, account });
    let written = 0;
    await eventually(async () => {
      await second.receive([customerMessage(`other ${written}`, `other ${written}`)]);
      written += 1;
      const texts = account.arrived.map((one) => one.text);
      expect(texts.filter((text) => text.startsWith('suspect')).toSorted()).toEqual(chats.toSorted());
    });
    await eventually(() => expect(account.arrived).toHaveLength(chats.length + written));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(SUSPECTS_AT_ONCE);
    expect(mixed).toBe(0);
    expect((await threads(on)).every(([suspicion]) => suspicion === 0)).toBe(true);
  });

  test('a message that ends three workers in a row, each alone with it, is parked and goes to people', async () => {
    const on = await gateway();
    const { database } = on;
    await on.receive([customerMessage('1', 'poison')]);
    // The first death may have had another cause; from then on only what is drained alone is counted.
    await on.store.claim({ shard: null, limit: 10, overdueMs: 0, suspicion: 0 });
    await on.receive([customerMessage('2', 'fine')]);
    await bury(on, on.instance.id());
    for (const suspicion of [1, 2, 2]) {
      const dying = await born(on);
      await claim(on, dying, 1, suspicion);
      await bury(on, dying);
    }
    const second = await gateways.start({ url: database.url, account: memoryChannel() });
    const rowsOf = () =>
      second.database.db
        .selectFrom('message')
        .innerJoin('conversation', 'conversation.id', 'message.conversation_id')
        .select(['message.text', 'message.state', 'conversation.owner_kind'])
        .where('message.kind', '=', 'inbound')
        .orderBy('message.text')
        .execute();
    await eventually(async () => expect((await rowsOf()).every((row) => row.state !== 'new')).toBe(true));
    expect(await rowsOf()).toMatchObject([
      { text: 'fine', state: 'answered' },
      { text: 'poison', state: 'parked', owner_kind: 'queue' },
    ]);
  });
});
