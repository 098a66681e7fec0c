import { describe, expect, test } from '@jest/globals';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import { begin } from './clients.ts';
import { webhookApp } from './webhook-app.ts';

describe('customers', () => {
  test('see their own conversation and nobody else’s, with what was sent by hand', async () => {
    const { simulator, user } = await begin();
    const [ana, bo] = [simulator.customer(undefined, { handle: 'ana_lee' }), simulator.customer()];
    const asked = ana.mention('hello');
    bo.direct('mine');
    const { data } = await user.v2.reply('Hello.', asked.id);
    const again = ana.reply(data.id, 'thanks');
    expect(again.conversationId).toBe(asked.id);
    expect(ana.seesPosts(asked.conversationId).map(({ authorHandle, text }) => `${authorHandle}: ${text}`)).toEqual([
      'ana_lee: @AcmeSupport hello',
      'AcmeSupport: Hello.',
      'ana_lee: thanks',
    ]);
    expect(ana.seesDirects()).toEqual([]);
    expect(bo.seesDirects().map(({ text }) => text)).toEqual(['mine']);
    ana.remove(again.id);
    expect(ana.seesPosts(asked.conversationId)).toHaveLength(2);
    expect(() => bo.remove(asked.id)).toThrow('no post');
  });

  test('are known by their new name at once, and by their old one no more', async () => {
    const { simulator, user } = await begin();
    const ana = simulator.customer(undefined, { handle: 'ana_lee', name: 'Ana Lee' });
    ana.rename({ handle: 'ana_smith', name: 'Ana Smith' });
    const asked = ana.mention('hello');
    const found = await user.v2.tweets([asked.id], { expansions: ['author_id'] });
    expect(found.includes?.users).toEqual([{ id: ana.id, name: 'Ana Smith', username: 'ana_smith' }]);
    const naming = await user.v2.tweets([simulator.announce('welcome @ana_smith, once @ana_lee')], {
      'tweet.fields': ['entities'],
    });
    expect(naming.data[0]?.entities?.mentions).toEqual([
      { start: 8, end: 18, username: 'ana_smith', id: ana.id },
      { start: 25, end: 33, username: 'ana_lee' },
    ]);
  });

  test('what they do silently is found by asking alone', async () => {
    const { simulator, user, app } = await begin();
    const hook = await webhookApp(simulator.credentials.appSecret);
    const { data } = await app.v2.post<{ data: { id: string } }>('webhooks', { url: hook.url });
    for (const event_type of ['dm.received', 'post.mention.create', 'chat.received', 'post.repost.create']) {
      await app.v2.post('activity/subscriptions', {
        event_type,
        filter: { user_id: simulator.selfId },
        webhook_id: data.id,
      });
    }
    const ana = simulator.customer();
    const direct = ana.direct('quiet', { silent: true });
    ana.mention('quiet', { silent: true });
    expect((await user.v2.listDmEvents()).events.map(({ id }) => id)).toEqual([direct.id]);
    expect((await user.v2.userMentionTimeline(simulator.selfId)).tweets).toHaveLength(1);

    const { id } = ana.encrypted();
    ana.repost(simulator.announce('news'));
    ana.direct('pressed', { pressed: 'topic:deposit', origin: { welcomeMessageId: '77' } });
    simulator.customer(undefined, { isAutomated: true }).mention('I am a machine');
    await hook.came(4);
    expect(simulator.log.events).toHaveLength(4);
    const read = hook.delivered
      .flatMap(({ json }) => normalisePayload(json, { selfId: null, selfHandle: null, campaignTags: [] }))
      .map((one) => (one.outcome === 'event' ? one.event : one.outcome === 'filed' ? one.reason : one));
    expect(read).toContainEqual(
      expect.objectContaining({ externalId: `chat:${id}`, text: '[unsupported: encrypted message]' }),
    );
    expect(read).toContainEqual(expect.objectContaining({ text: 'pressed', entry: 'x:welcome:77' }));
    expect(read).toContain('written by an automated account');
    expect(read).toContain('activity post.repost.create');
  });

  test('waiting for an answer ends with it, or says what came instead', async () => {
    const { simulator, user } = await begin();
    const ana = simulator.customer();
    const asked = ana.mention('hello');
    const post = simulator.waitForPost(({ replyToUserId }) => replyToUserId === ana.id);
    // Heard from the beginning: it may end before the calls below do.
    const direct = expect(simulator.waitForDirect(({ text }) => text.includes('never'), 1_000)).rejects.toThrow(
      'something else',
    );
    await user.v2.reply('Hello.', asked.id);
    await user.v2.sendDmToParticipant(ana.id, { text: 'something else' });
    expect(await post).toMatchObject({ text: 'Hello.', replyToId: asked.id });
    await direct;
  });
});
