import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { begin, refusal } from './clients.ts';

describe('posts', () => {
  test('the account is told who it is, with what was asked for and nothing else', async () => {
    const { user, simulator } = await begin();
    const { data } = await user.v2.me();
    expect(data).toEqual({ id: simulator.selfId, name: 'Acme Support', username: 'AcmeSupport' });
    expect((await user.v2.me({ 'user.fields': ['protected', 'receives_your_dm'] })).data).toEqual({
      id: simulator.selfId,
      name: 'Acme Support',
      username: 'AcmeSupport',
      protected: false,
      receives_your_dm: true,
    });
  });

  test('the mentions come newest first, in pages, and from an id on; deleted and protected ones do not', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer(undefined, { handle: 'ana_lee', name: 'Ana Lee' });
    const ids = Array.from({ length: 25 }, (_, at) => ana.mention(`number ${at}`).id);
    ana.post('nothing for you');
    ana.remove(ids[24] ?? '');
    const shy = simulator.customer(undefined, { isProtected: true });
    shy.mention('only followers see this');

    const first = await user.v2.userMentionTimeline(simulator.selfId, { max_results: 10 });
    expect(first.tweets.map(({ id }) => id)).toEqual(ids.slice(14, 24).reverse());
    expect(first.meta).toMatchObject({ result_count: 10, newest_id: ids[23], oldest_id: ids[14] });
    await first.fetchNext(10);
    await first.fetchNext(10);
    expect(first.tweets.map(({ id }) => id)).toEqual(ids.slice(0, 24).reverse());
    expect(first.done).toBe(true);

    const since = await user.v2.userMentionTimeline(simulator.selfId, { since_id: ids[20] ?? '' });
    expect(since.tweets.map(({ text }) => text)).toEqual([
      '@AcmeSupport number 23',
      '@AcmeSupport number 22',
      '@AcmeSupport number 21',
    ]);
    const none = await user.v2.userMentionTimeline(simulator.selfId, { since_id: ids[23] ?? '' });
    expect(none.data).toEqual({ meta: { result_count: 0 } });
    expect(await refusal(user.v2.userMentionTimeline(simulator.selfId, { max_results: 4 }))).toMatchObject({
      status: 400,
    });
  });

  test('every page size brings every mention once, in order', async () => {
    const { user, simulator } = await begin();
    const ids = Array.from({ length: 30 }, (_, at) => simulator.customer().mention(`m${at}`).id).reverse();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: 40 }), async (max_results) => {
        const pages = await user.v2.userMentionTimeline(simulator.selfId, { max_results });
        while (!pages.done) await pages.fetchNext();
        expect(pages.tweets.map(({ id }) => id)).toEqual(ids);
      }),
      { numRuns: 8 },
    );
  });

  test('a reply addresses whoever wrote the post, belongs to its conversation, and shows its button', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer(undefined, { handle: 'ana_lee' });
    const asked = ana.mention('where is my <deposit> & why? https://acme.com/tx');
    const link = `https://twitter.com/messages/compose?recipient_id=${simulator.selfId}`;
    const { data } = await user.v2.post<{ data: { id: string; text: string } }>('tweets', {
      text: 'Please write to us.',
      reply: { in_reply_to_tweet_id: asked.id },
      direct_message_deep_link: link,
    });
    expect(data.text).toBe('@ana_lee Please write to us.');
    expect(ana.seesPosts(asked.conversationId)).toMatchObject([
      { id: asked.id, fromUs: false },
      { id: data.id, fromUs: true, text: 'Please write to us.', replyToId: asked.id, directLink: link },
    ]);
    expect(simulator.log.posts).toMatchObject([
      { id: data.id, text: 'Please write to us.', replyToId: asked.id, replyToUserId: ana.id, directLink: link },
    ]);
    const found = await user.v2.tweets([asked.id, data.id, '1'], {
      'tweet.fields': 'conversation_id,display_text_range,entities,referenced_tweets,in_reply_to_user_id',
      expansions: ['author_id', 'referenced_tweets.id'],
    });
    expect(found.data[0]).toMatchObject({
      text: '@AcmeSupport where is my &lt;deposit&gt; &amp; why? ' + (found.data[0]?.entities?.urls[0]?.url ?? ''),
      entities: {
        mentions: [{ start: 0, end: 12, username: 'AcmeSupport', id: simulator.selfId }],
        urls: [{ start: 52, end: 75, expanded_url: 'https://acme.com/tx' }],
      },
    });
    const answer: object | undefined = found.data[1];
    expect(answer).toMatchObject({
      conversation_id: asked.id,
      display_text_range: [9, 28],
      in_reply_to_user_id: ana.id,
      referenced_tweets: [{ type: 'replied_to', id: asked.id }],
    });
    expect(found.errors).toMatchObject([{ resource_id: '1', title: 'Not Found Error' }]);
    expect(found.includes?.users?.map(({ username }) => username)).toEqual(['ana_lee', 'AcmeSupport']);
    expect(found.includes?.tweets?.map(({ id }) => id)).toEqual([asked.id]);
  });

  test('who did not call us is not answered; one that names, quotes or answers us is', async () => {
    const { user, simulator } = await begin();
    const announced = simulator.announce('Withdrawals are open.');
    const bo = simulator.customer();
    const stranger = bo.post('nobody asked you');
    const refused = await refusal(user.v2.reply('hello', stranger.id));
    expect(refused).toMatchObject({ status: 403, body: { title: 'Forbidden' } });
    expect(JSON.stringify(refused.body)).toMatch(/Reply to this conversation is not allowed/u);
    expect(await refusal(user.v2.tweet('look', { quote_tweet_id: stranger.id }))).toMatchObject({ status: 403 });
    const others = [bo.mention('you there?'), bo.quote(announced, 'really?'), bo.reply(announced, 'finally')];
    for (const [at, { id }] of others.entries()) await user.v2.reply(`answer ${at}`, id);
    expect(simulator.log.posts.map(({ replyToId }) => replyToId)).toEqual(others.map(({ id }) => id));

    simulator.plan.repliesSummon = false;
    const again = bo.reply(announced, 'and now?');
    expect(await refusal(user.v2.reply('no', again.id))).toMatchObject({ status: 403 });
    // A chain of our own posts needs nobody.
    await user.v2.reply('more', simulator.log.posts[0]?.id ?? '');
  });

  test('the same words to the same person are refused until the post is gone or old; to another they are not', async () => {
    const { user, simulator } = await begin();
    const [ana, bo] = [simulator.customer(), simulator.customer()];
    const [first, second, third] = [ana.mention('one'), ana.mention('two'), bo.mention('three')];
    const { data } = await user.v2.reply('We are looking into it.', first.id);
    const refused = await refusal(user.v2.reply('We are looking into it.', second.id));
    expect(refused).toMatchObject({ status: 403 });
    expect(JSON.stringify(refused.body)).toMatch(/duplicate content/u);
    await user.v2.reply('We are looking into it.', third.id);
    expect((await user.v2.deleteTweet(data.id)).data).toEqual({ deleted: true });
    await user.v2.reply('We are looking into it.', second.id);
    expect(simulator.log.removed).toEqual([data.id]);
    simulator.clock.advance(simulator.times.duplicateMs);
    await user.v2.reply('We are looking into it.', second.id);
    expect(simulator.log.posts).toHaveLength(4);
  });

  test('280 count, names before a reply and the length of links do not; long posts need the plan', async () => {
    const { user, simulator } = await begin();
    const asked = simulator.customer(undefined, { handle: 'ana_lee' }).mention('hello');
    await user.v2.reply(`@ana_lee ${'x'.repeat(280)}`, asked.id);
    await user.v2.reply(`${'y'.repeat(256)} https://acme.com/${'z'.repeat(300)}`, asked.id);
    expect(await refusal(user.v2.reply('x'.repeat(281), asked.id))).toMatchObject({ status: 403 });
    expect(await refusal(user.v2.reply('漢'.repeat(141), asked.id))).toMatchObject({ status: 403 });
    simulator.plan.longPosts = true;
    const { data } = await user.v2.reply(`${'w'.repeat(20_000)}.`, asked.id);
    const told = await user.v2
      .singleTweet(data.id)
      .catch(() => user.v2.tweets([data.id], { 'tweet.fields': ['note_tweet'] }));
    expect(JSON.stringify(told.data)).toContain(`${'w'.repeat(20_000)}.`);
  });

  test('what cannot be is refused: a post that is gone, somebody who blocked us, another one’s post, odd fields', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const asked = ana.mention('hello');
    ana.block();
    expect(await refusal(user.v2.reply('hi', asked.id))).toMatchObject({
      status: 403,
      body: { errors: [{ code: 136 }] },
    });
    ana.block(false);
    expect(await refusal(user.v2.deleteTweet(asked.id))).toMatchObject({ status: 403 });
    ana.remove(asked.id);
    expect(await refusal(user.v2.reply('hi', asked.id))).toMatchObject({ status: 403 });
    expect(await refusal(user.v2.post('tweets', { text: '' }))).toMatchObject({ status: 400 });
    expect(await refusal(user.v2.post('tweets', { text: 'x', nonce: '1' }))).toMatchObject({ status: 400 });
    expect(
      await refusal(user.v2.post('tweets', { text: 'x', direct_message_deep_link: 'https://t.me/x' })),
    ).toMatchObject({ status: 400 });
    expect(await refusal(user.v2.get('users/1/followers'))).toMatchObject({ status: 404 });
    expect(simulator.log.posts).toEqual([]);
  });

  test('an edited answer stays one, in its conversation and among the mentions, although what it answers is gone', async () => {
    const { user, simulator } = await begin();
    const ours = simulator.announce('We are back');
    const ana = simulator.customer();
    const { id, conversationId } = ana.reply(ours, 'not for me');
    await user.v2.deleteTweet(ours);
    const second = ana.edit(id, 'not for me, help');
    const { tweets } = await user.v2.userMentionTimeline(simulator.selfId, {
      'tweet.fields': ['conversation_id', 'in_reply_to_user_id'],
    });
    expect(tweets).toMatchObject([
      {
        id: second,
        text: '@AcmeSupport not for me, help',
        conversation_id: conversationId,
        in_reply_to_user_id: simulator.selfId,
      },
    ]);
  });

  test('an edit is a post of its own, which takes the place of the first in lists', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const first = ana.mention('where is my depsoit');
    const second = ana.edit(first.id, '@AcmeSupport where is my deposit');
    const { tweets } = await user.v2.userMentionTimeline(simulator.selfId, {
      'tweet.fields': ['edit_history_tweet_ids'],
    });
    expect(tweets).toMatchObject([{ id: second, edit_history_tweet_ids: [first.id, second] }]);
    expect((await user.v2.tweets([first.id])).data).toHaveLength(1);
  });

  test('own posts leave replies out where asked', async () => {
    const { user, simulator } = await begin();
    const announced = simulator.announce('Withdrawals are open.');
    const { data } = await user.v2.reply('And deposits.', announced);
    const all = await user.v2.userTimeline(simulator.selfId);
    expect(all.tweets.map(({ id }) => id)).toEqual([data.id, announced]);
    const some = await user.v2.userTimeline(simulator.selfId, { exclude: 'replies' });
    expect(some.tweets.map(({ id }) => id)).toEqual([announced]);
  });
});
