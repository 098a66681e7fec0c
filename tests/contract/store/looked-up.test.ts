import { describe, expect, test } from '@jest/globals';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import { createPeopleStore } from '../../../src/store/people-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

const AGENT = brandId<never>('0190aaaa-0000-7000-8000-000000000001');

type Looked = SendOutcome | { kind: 'absent' };

/** A platform that can be asked what arrived, and answers so, one after the other; the first answer to a send is lost. */
function lookedUp(answers: Looked[]): MemoryChannel & { asked: number[] } {
  const asked: number[] = [];
  const account = memoryChannel('mem', {
    reconcile() {
      asked.push(performance.now());
      return Promise.resolve(answers.shift() ?? { kind: 'absent' });
    },
  });
  account.script = [() => ({ kind: 'unknown', reason: 'cut' })];
  return Object.assign(account, { asked });
}

describe.each(storeBackends)('parts that are looked up on $name', ({ start }) => {
  const gateways = useGateways(start);
  const texts = (account: MemoryChannel): string[] => account.arrived.map(({ text }) => text);
  const parts = (on: Gateway) =>
    on.database.db.selectFrom('delivery').select(['state', 'ambiguous', 'external_id']).orderBy('out_seq').execute();

  /** Ends the long wait for the next look-up, once all of it is stored. */
  const bringForward = (on: Gateway): Promise<unknown> =>
    eventually(async () => {
      const { rowCount } = await on.database.pool.query(`
        WITH moved AS (
          UPDATE delivery d SET due_at = now() FROM thread t
          WHERE t.id = d.thread_id AND t.lease_owner IS NULL AND d.state = 'unknown'
            AND least(d.due_at, t.due_at) > now() + interval '2 seconds'
          RETURNING d.thread_id
        ) UPDATE thread SET due_at = now() WHERE id IN (SELECT thread_id FROM moved)`);
      return rowCount === 1;
    });

  test('a platform that cannot tell is asked again after a pause; nothing is repeated or overtaken meanwhile', async () => {
    const account = lookedUp([
      { kind: 'rate_limited', retryAfterMs: 5_000 },
      { kind: 'transient', reason: 'away' },
      { kind: 'rate_limited', retryAfterMs: 1_500 },
      { kind: 'sent', externalId: '1:found' },
    ]);
    const on = await gateways.start({ account });
    await on.receive([customerMessage('1', 'first')]);
    await eventually(() => expect(account.asked).toHaveLength(1));
    await on.receive([customerMessage('1', 'second')]);
    // What the customer writes meanwhile is read, and its answer waits behind.
    await eventually(async () => expect((await parts(on)).map(({ state }) => state)).toEqual(['unknown', 'pending']));
    expect(account.asked).toHaveLength(1);
    expect(texts(account)).toEqual([]);
    await bringForward(on);
    await eventually(() => expect(texts(account)).toEqual(['second']));
    await eventually(async () =>
      expect(await parts(on)).toMatchObject([
        { state: 'sent', ambiguous: 1, external_id: '1:found' },
        { state: 'sent' },
      ]),
    );
    const [, second = 0, third = 0, fourth = 0] = account.asked;
    expect(account.asked).toHaveLength(4);
    expect(third - second).toBeGreaterThan(900);
    expect(fourth - third).toBeGreaterThan(1_400);
  });

  test('what the platform does not have is sent, once', async () => {
    const account = lookedUp([{ kind: 'auth', reason: '401' }, { kind: 'absent' }]);
    const on = await gateways.start({ account });
    await on.receive([customerMessage('1', 'only')]);
    await eventually(() => expect(account.asked).toHaveLength(1));
    await bringForward(on);
    await eventually(() => expect(texts(account)).toEqual(['only']));
    await eventually(async () => expect(await parts(on)).toMatchObject([{ state: 'sent', ambiguous: 1 }]));
  });

  test('what never arrived is not said any more once a person has taken over', async () => {
    const account = lookedUp([{ kind: 'rate_limited', retryAfterMs: 5_000 }, { kind: 'absent' }]);
    const on = await gateways.start({ account });
    await on.receive([customerMessage('1', 'of the bot')]);
    await eventually(() => expect(account.asked).toHaveLength(1));
    const { id } = await on.database.db.selectFrom('conversation').select('id').executeTakeFirstOrThrow();
    const ids = createUuidV7(systemClock);
    await createPeopleStore(on.database, ids).reply(brandId(id), AGENT, {
      id: brandId(ids.uuid()),
      text: 'of a person',
      body: null,
      class: 'single',
      causeId: null,
      parts: [{ id: brandId(ids.uuid()), part: { text: 'of a person' }, replyTo: null }],
    });
    await bringForward(on);
    await eventually(async () => expect((await parts(on)).map(({ state }) => state)).toEqual(['superseded', 'sent']));
    expect(texts(account)).toEqual(['of a person']);
  });
});
