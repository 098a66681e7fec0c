import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyLateChanges } from '../../../src/store/maintenance/late-changes.ts';
import { eventually } from '../../kit/eventually.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

describe.each(storeBackends)('changes that came before what they are about, on $name', ({ start }) => {
  let backend: StoreBackend;
  beforeAll(async () => {
    backend = await start();
  }, 60_000);
  afterAll(() => backend.close());

  test('a reaction to an answer whose id is not known yet is applied soon after; one of the same second that came later stays', async () => {
    const account = memoryChannel();
    const on = await startGateway({ url: await backend.createDatabase(), account });
    try {
      const message = customerMessage('1', 'hello');
      const reaction = {
        type: 'reaction' as const,
        occurredAtMs: 2_000_000_000_000,
        thread: message.thread,
        author: message.author,
        targetExternalId: '1:out1',
      };
      const another = { ...message.author, externalId: 'user-2' };
      await on.receive([
        { ...reaction, eventKey: 'early', emoji: ['👍'] },
        { ...reaction, eventKey: 'early of another', author: another, emoji: ['👎'] },
        { ...reaction, eventKey: 'next of another', author: another, emoji: ['👌'] },
        { ...reaction, eventKey: 'of nothing', targetExternalId: '1:never', emoji: ['🔥'] },
      ]);
      expect(await applyLateChanges(on.database)).toBe(0);
      await on.receive([message]);
      await eventually(async () => {
        const known = await on.database.db.selectFrom('message_external').select('external_id').execute();
        expect(known.map((row) => row.external_id)).toContain('1:out1');
      });
      await on.receive([{ ...reaction, eventKey: 'later', emoji: ['❤'] }]);

      expect(await applyLateChanges(on.database)).toBe(3);
      const there = await on.database.db
        .selectFrom('message_reaction')
        .select(['author_id', 'emoji'])
        .orderBy('author_id')
        .execute();
      expect(there).toEqual([
        { author_id: message.author.externalId, emoji: ['❤'] },
        { author_id: 'user-2', emoji: ['👌'] },
      ]);
      const waiting = on.database.db.selectFrom('inbound_event').select('event_key').where('state', '=', 'waiting');
      expect(await waiting.execute()).toEqual([{ event_key: 'of nothing' }]);
      expect(await applyLateChanges(on.database)).toBe(0);
    } finally {
      await on.stop();
    }
  });
});
