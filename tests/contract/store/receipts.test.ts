import { describe, expect, test } from '@jest/globals';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { InboundReceipt } from '../../../src/core/model/inbound.ts';
import { applyLateChanges } from '../../../src/store/maintenance/late-changes.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { letter } from '../../kit/pipeline/letters.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

describe.each(storeBackends)('receipts on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('a receipt marks the part it is about, waits for it to be sent, and troubles nobody else', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const account = memoryChannel('mem', {
      send: async (request) => {
        account.arrived.push({ threadKey: request.threadKey, text: '', key: request.idempotencyKey });
        await held;
        return { kind: 'sent', externalId: 'mid:ours#out' };
      },
    });
    const on = await gateways.start({ account });
    await on.receive([letter('ana@x', 'a')]);
    await eventually(() => expect(account.arrived).toHaveLength(1));
    const { id } = await on.database.db.selectFrom('delivery').select('id').executeTakeFirstOrThrow();
    const receipt = (eventKey: string, extra: Partial<InboundReceipt>): InboundReceipt => ({
      type: 'receipt',
      eventKey,
      occurredAtMs: null,
      thread: { key: 'of the server', kind: 'private' },
      author: { externalId: 'MAILER-DAEMON', displayName: '', isBot: true },
      targetExternalId: 'mid:ours#out',
      targetDeliveryId: id,
      fate: 'bounced',
      text: '550 5.1.1 nobody here',
      unreachable: true,
      ...extra,
    });
    await on.receive([receipt('early', {})]);
    expect(await on.database.db.selectFrom('delivery').select(['state']).execute()).toEqual([{ state: 'sending' }]);
    answer();
    await eventually(async () =>
      expect(await on.database.db.selectFrom('delivery').select('state').execute()).toEqual([{ state: 'sent' }]),
    );
    await applyLateChanges(on.database);
    const bounced = await on.database.db.selectFrom('delivery').selectAll().executeTakeFirstOrThrow();
    expect(bounced).toMatchObject({ state: 'bounced', error_kind: 'bounced', error: '550 5.1.1 nobody here' });
    expect(bounced.attention_at).not.toBeNull();
    const people = await on.database.db.selectFrom('identity').select(['external_id', 'unreachable_at']).execute();
    expect(people).toEqual([{ external_id: 'ana@x', unreachable_at: expect.any(Date) }]);
    // Again, and of something that is not ours: nothing changes, nobody new appears.
    await on.receive([receipt('again', { text: 'other words' })]);
    await on.receive([receipt('foreign', { targetDeliveryId: createUuidV7(systemClock).uuid() })]);
    expect(await on.database.db.selectFrom('delivery').select('error').execute()).toEqual([
      { error: '550 5.1.1 nobody here' },
    ]);
    expect(await on.database.db.selectFrom('thread').select('id').execute()).toHaveLength(1);
    const foreign = on.database.db
      .selectFrom('inbound_event')
      .select(['state', 'reason'])
      .where('event_key', '=', 'foreign');
    expect(await foreign.execute()).toEqual([{ state: 'filed', reason: 'a receipt for nothing of ours' }]);
  });

  test.each(['bounced', 'delayed'] as const)(
    'what is %s was sent: a part whose fate nobody knew is told of',
    async (fate) => {
      const account = memoryChannel('mem', { send: () => Promise.resolve({ kind: 'unknown', reason: 'cut' }) });
      const on = await gateways.start({ account });
      await on.receive([letter('ana@x', 'a')]);
      const made = () => on.database.db.selectFrom('delivery').selectAll().executeTakeFirstOrThrow();
      await eventually(async () => expect((await made()).state).toBe('needs_review'), 20_000);
      const { id } = await made();
      await on.receive([
        {
          type: 'receipt',
          eventKey: 'late',
          occurredAtMs: null,
          thread: { key: 'of the server', kind: 'private' },
          author: { externalId: 'MAILER-DAEMON', displayName: '', isBot: true },
          targetExternalId: 'mid:OURS#out',
          targetDeliveryId: id,
          fate,
          text: '452 4.2.2 mailbox full',
          unreachable: false,
        },
      ]);
      expect(await made()).toMatchObject({
        state: fate === 'bounced' ? 'bounced' : 'needs_review',
        error_kind: fate,
        error: '452 4.2.2 mailbox full',
      });
    },
  );
});
