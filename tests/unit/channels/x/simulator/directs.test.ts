import https from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { begin, refusal } from './clients.ts';

const DIRECT_FIELDS = [
  'id',
  'text',
  'event_type',
  'created_at',
  'sender_id',
  'dm_conversation_id',
  'attachments',
] as const;

describe('direct messages', () => {
  test('come newest first, in pages, a month back, without a way to ask from an id on', async () => {
    const { user, simulator } = await begin();
    const [ana, bo] = [simulator.customer(), simulator.customer()];
    ana.direct('long ago', { atMs: Date.now() - 31 * 86_400_000 });
    const ids = Array.from({ length: 7 }, (_, at) => (at % 2 === 0 ? ana : bo).direct(`m${at}`).id);
    const page = await user.v2.listDmEvents({
      max_results: 3,
      'dm_event.fields': [...DIRECT_FIELDS],
      expansions: ['sender_id'],
    });
    expect(page.events).toMatchObject([
      { id: ids[6], text: 'm6', event_type: 'MessageCreate', sender_id: ana.id },
      { id: ids[5], sender_id: bo.id },
      { id: ids[4] },
    ]);
    expect(page.includes.users?.map(({ id }) => id)).toEqual([ana.id, bo.id]);
    while (!page.done) await page.fetchNext();
    expect(page.events.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(await refusal(user.v2.get('dm_events', { since_id: ids[2] }))).toMatchObject({ status: 400 });
    const bare = await user.v2.get<{ data: object[] }>('dm_events', { max_results: 1 });
    expect(Object.keys(bare.data[0] ?? {}).sort()).toEqual(['event_type', 'id', 'text']);
  });

  test('one is sent and stands in the conversation of both, under the id that its answer gave', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    ana.direct('hello');
    simulator.say(ana.id, 'written at X itself');
    const { data: sent } = await user.v2.post<{ data: { dm_conversation_id: string; dm_event_id: string } }>(
      `dm_conversations/with/${ana.id}/messages`,
      { text: 'How can we help?' },
    );
    expect(sent.dm_conversation_id).toBe(
      BigInt(ana.id) < BigInt(simulator.selfId) ? `${ana.id}-${simulator.selfId}` : `${simulator.selfId}-${ana.id}`,
    );
    expect(ana.seesDirects().map(({ text, fromUs }) => [text, fromUs])).toEqual([
      ['hello', false],
      ['written at X itself', true],
      ['How can we help?', true],
    ]);
    const said = await user.v2.listDmEventsWithParticipant(ana.id, { 'dm_event.fields': [...DIRECT_FIELDS] });
    expect(said.events[0]).toMatchObject({ id: sent.dm_event_id, sender_id: simulator.selfId });
    const inside = await user.v2.listDmEventsOfConversation(sent.dm_conversation_id);
    expect(inside.events).toHaveLength(3);
    await user.v2.sendDmInConversation(sent.dm_conversation_id, { text: 'Again.' });
    expect(simulator.log.directs.map(({ text, toUserId }) => [text, toUserId])).toEqual([
      ['How can we help?', ana.id],
      ['Again.', ana.id],
    ]);
  });

  test('who blocked us, closed their messages, is unknown, or gets too much, is not written to', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const say = (id: string, text: string) => user.v2.sendDmToParticipant(id, { text });
    ana.block();
    expect(await refusal(say(ana.id, 'hi'))).toMatchObject({ status: 403, body: { errors: [{ code: 349 }] } });
    ana.block(false);
    ana.takeDirects('none');
    expect(await refusal(say(ana.id, 'hi'))).toMatchObject({ status: 403, body: { title: 'Forbidden' } });
    ana.takeDirects('known');
    expect(await refusal(say(ana.id, 'hi'))).toMatchObject({ status: 403 });
    ana.direct('hello');
    await say(ana.id, 'x'.repeat(10_000));
    expect(await refusal(say(ana.id, 'x'.repeat(10_001)))).toMatchObject({ status: 400 });
    expect(await refusal(say(ana.id, ''))).toMatchObject({ status: 400 });
    expect(await refusal(say('42', 'hi'))).toMatchObject({ status: 404 });
    expect(await refusal(user.v2.sendDmInConversation('3-4', { text: 'hi' }))).toMatchObject({ status: 403 });
    expect(simulator.log.directs).toHaveLength(1);
  });

  test('one can be asked for by itself, unless it is too old', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const { id } = ana.direct('hello');
    const old = ana.direct('long ago', { atMs: Date.now() - 31 * 86_400_000 });
    expect(await user.v2.get(`dm_events/${id}`, { 'dm_event.fields': 'sender_id' })).toEqual({
      data: { id, event_type: 'MessageCreate', text: 'hello', sender_id: ana.id },
    });
    expect(await refusal(user.v2.get(`dm_events/${old.id}`))).toMatchObject({ status: 404 });
    expect(await refusal(user.v2.get('dm_events/1'))).toMatchObject({ status: 404 });
  });

  test('a group has a conversation of its own', async () => {
    const { user, simulator } = await begin();
    const [ana, bo] = [simulator.customer(), simulator.customer()];
    ana.direct('who knows?', { groupId: '1970000000000000001' });
    bo.direct('not me', { groupId: '1970000000000000001' });
    await user.v2.sendDmInConversation('1970000000000000001', { text: 'We do.' });
    const said = await user.v2.listDmEventsOfConversation('1970000000000000001');
    expect(said.events.map((event) => ('text' in event ? event.text : null))).toEqual([
      'We do.',
      'not me',
      'who knows?',
    ]);
    expect(simulator.log.directs).toMatchObject([{ toUserId: null, conversationId: '1970000000000000001' }]);
  });

  test('a picture in a message is for the two of them: by its own endpoint, whole and from an offset', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    ana.direct('look', { file: { mime: 'image/png', bytes: Buffer.from('picture of a screen') } });
    const { includes } = await user.v2.listDmEvents({
      'dm_event.fields': [...DIRECT_FIELDS],
      'media.fields': ['url', 'type'],
      expansions: ['attachments.media_keys'],
    });
    const [, path = ''] = /\/dm\/(.+)$/u.exec(includes.media?.[0]?.url ?? '') ?? [];
    expect(path).toMatch(/^\d+\/\d+\/\d+\.png$/u);
    const agent = createXAgent(simulator.apiRoot);
    const ask = (headers: Record<string, string>): Promise<{ status: number | undefined; text: string }> =>
      new Promise((resolve, reject) => {
        https
          .get(`https://api.x.com/2/dm_conversations/media/${path}`, { agent, headers }, (response) => {
            textOf(response).then((text) => resolve({ status: response.statusCode, text }), reject);
          })
          .on('error', reject);
      });
    const authorization = `Bearer ${simulator.issueToken(['dm.read'])}`;
    expect(await ask({ authorization })).toEqual({ status: 200, text: 'picture of a screen' });
    expect(await ask({ authorization, range: 'bytes=8-' })).toEqual({ status: 206, text: 'of a screen' });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${simulator.issueToken(['tweet.read'])}` })).status).toBe(403);
    agent.destroy();
  });
});
