import { describe, expect, test } from '@jest/globals';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';

function said(key: string, author: string, text: string, more: Partial<InboundMessage> = {}): InboundMessage {
  return customerMessage(key, text, {
    thread: { key: `${key}/u${author}`, kind: 'group', chatKey: key },
    author: { externalId: author, displayName: author, isBot: false },
    ...more,
  });
}

describe.each(storeBackends)('what says only what it answers, on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('stands where that stands, of the same author; else where it says', async () => {
    const on = await gateways.start({ account: memoryChannel() });
    const threads = async () =>
      (await on.database.db.selectFrom('thread').select('external_key').orderBy('external_key').execute()).length;
    const first = said('topic', 'ana', 'where is it?');
    await on.receive([first]);
    await eventually(async () => {
      const found = await on.database.db
        .selectFrom('delivery')
        .select('external_id')
        .where('state', '=', 'sent')
        .execute();
      expect(found.length).toBeGreaterThan(0);
    });
    const [ours] = await on.database.db
      .selectFrom('delivery')
      .select('external_id')
      .where('state', '=', 'sent')
      .execute();
    const answering = (author: string, text: string, to: string | null | undefined): InboundMessage =>
      said('elsewhere', author, text, { replyToExternalId: to ?? '', joinsAnswered: true });

    await on.receive([
      answering('ana', 'thanks for that', ours?.external_id),
      answering('ana', 'and my own', first.externalId),
    ]);
    expect(await threads()).toBe(1);
    const rows = await on.database.db.selectFrom('message').select('text').where('kind', '=', 'inbound').execute();
    expect(rows.map(({ text }) => text)).toEqual(['where is it?', 'thanks for that', 'and my own']);

    await on.receive([answering('bob', 'me too', ours?.external_id), answering('eve', 'and me', 'nothing we know')]);
    expect(await threads()).toBe(3);
  });
});
