import { describe, expect, test } from '@jest/globals';
import type { AuthorRef } from '../../../src/core/model/inbound.ts';
import { createInboxStore } from '../../../src/store/inbox-store.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway } from '../../kit/pipeline/harness.ts';
import { useGateways } from './gateways.ts';
import { LEAD, post, publicAccount, talkingBot } from './public-posts.ts';

const ANA: AuthorRef = { externalId: '1600000000000000002', displayName: 'Ana Lee', handle: 'ana_lee', isBot: false };
/** As a payload tells her that does not say who she is. */
const NAMELESS: AuthorRef = { externalId: ANA.externalId, displayName: ANA.externalId, isBot: false };
const said = (author: AuthorRef) => post(author.externalId, 'hello', { author });

describe.each(storeBackends)('who wrote, on $name', ({ start }) => {
  const gateways = useGateways(start);
  const begin = async (): Promise<Gateway> =>
    await gateways.start({ account: publicAccount('draft').account, bot: talkingBot });
  const known = async (on: Gateway) =>
    await on.database.db.selectFrom('identity').select(['display_name', 'handle']).execute();
  const listed = async (on: Gateway) => {
    const { items } = await createInboxStore(on.database).list(LEAD, { view: 'all', limit: 10 });
    return items.map(({ contact }) => contact.name);
  };

  test('a payload that does not say who wrote leaves what is known of them', async () => {
    const on = await begin();
    await on.receive([said(ANA)]);
    await on.receive([said(NAMELESS)]);
    expect(await known(on)).toEqual([{ display_name: 'Ana Lee', handle: 'ana_lee' }]);
    // Also where both are stored at once, whichever came first.
    await on.receive([said({ ...ANA, handle: 'ana_2' }), said(NAMELESS)]);
    expect(await known(on)).toEqual([{ display_name: 'Ana Lee', handle: 'ana_2' }]);
    await on.receive([said({ ...ANA, displayName: 'Ana' })]);
    expect(await known(on)).toEqual([{ display_name: 'Ana', handle: 'ana_lee' }]);
  });

  test('whoever was met without a name has one everywhere as soon as it is told', async () => {
    const on = await begin();
    await on.receive([said(NAMELESS)]);
    expect(new Set(await listed(on))).toEqual(new Set([ANA.externalId]));
    await on.receive([said({ ...ANA, displayName: '' })]);
    expect(new Set(await listed(on))).toEqual(new Set([ANA.externalId]));
    await on.receive([said(ANA)]);
    expect(new Set(await listed(on))).toEqual(new Set(['Ana Lee']));
    // A name once told is a contact's; a later one is shown with what they write.
    await on.receive([said({ ...ANA, displayName: 'Acme Support' })]);
    expect(new Set(await listed(on))).toEqual(new Set(['Ana Lee']));
  });
});
