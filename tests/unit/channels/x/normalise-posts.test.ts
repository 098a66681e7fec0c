import { describe, expect, test } from '@jest/globals';
import { normalisePayload } from '../../../../channels/x/normalise.ts';
import { isSummoned } from '../../../../channels/x/summons.ts';
import { ANA, ANA_IN_ENGLISH, all, context, event, events, read } from './reading.ts';

describe('posts', () => {
  test('a mention: the whole of it', () => {
    expect(all('activity-mention')).toEqual([
      {
        outcome: 'event',
        event: {
          type: 'message',
          eventKey: 'create:post:1950000000000000010',
          occurredAtMs: Date.parse('2026-08-06T10:11:12Z'),
          thread: {
            key: 'post:1950000000000000010/u1600000000000000002',
            kind: 'group',
            chatKey: 'post:1950000000000000010',
          },
          author: ANA_IN_ENGLISH,
          externalId: 'post:1950000000000000010',
          text: 'Hey @AcmeSupport where is my deposit? <3 days & counting https://example.com/tx?id=7&amp=1',
          entry: 'x:mention',
        },
      },
    ]);
  });

  test('the same post is the same event, whichever way it comes', () => {
    expect(all('activity-mention-pascal')).toEqual(all('activity-mention'));
    expect(all('mentions-page').at(-1)).toEqual(all('activity-mention')[0]);
  });

  test('a reply to us: in its conversation, without the handles X put before it', () => {
    expect(event('activity-reply')).toMatchObject({
      thread: { key: 'post:1950000000000000001/u1600000000000000002', chatKey: 'post:1950000000000000001' },
      text: 'still nothing on my side',
      replyToExternalId: 'post:1950000000000000001',
      extras: { quote: { text: 'Withdrawals are open again.', author: 'Acme Exchange' } },
      entry: 'x:reply',
    });
  });

  test('a quote of us: what is quoted stands beside it, not as a link', () => {
    expect(event('activity-quote')).toMatchObject({
      text: 'Adding some context to this.',
      extras: { quote: { text: 'Withdrawals are open again.', author: 'Acme Exchange' } },
      entry: 'x:quote',
    });
    expect(event('activity-quote')).not.toHaveProperty('replyToExternalId');
  });

  test('a quote that comes without what it quotes keeps the link', () => {
    expect(event('activity-quote-bare')).toMatchObject({
      text: 'Adding some context to this. https://twitter.com/AcmeSupport/status/1950000000000000001',
      entry: 'x:quote',
    });
    expect(event('activity-quote-bare').author).toEqual({
      externalId: ANA.externalId,
      displayName: ANA.externalId,
      languageCode: 'en',
      isBot: false,
    });
  });

  test('whoever mentioned or quoted us may be answered in public; of a mere reply nobody says so', () => {
    const entries = ['activity-mention', 'activity-quote', 'activity-reply'].map((name) => {
      const found = event(name);
      return found.type === 'message' ? (found.entry ?? null) : null;
    });
    expect(entries.map(isSummoned)).toEqual([true, true, false]);
    expect([null, 'x:welcome:1', 'mention', 'x:mention '].map(isSummoned)).toEqual([false, false, false, false]);
  });

  test('an edited post is its first version and the edit of it', () => {
    const [first, edit] = events('activity-edited');
    const thread = { key: 'post:1950000000000000014/u1600000000000000002' };
    const text = '@AcmeSupport my withdrawal 4711 is stuck';
    expect(first).toMatchObject({
      type: 'message',
      eventKey: 'create:post:1950000000000000014',
      externalId: 'post:1950000000000000014',
      thread,
      text,
    });
    expect(edit).toMatchObject({
      type: 'edit',
      eventKey: 'edit:post:1950000000000000014:1950000000000000015',
      targetExternalId: 'post:1950000000000000014',
      occurredAtMs: Date.parse('2026-08-06T10:15:00Z'),
      thread,
      text,
    });
  });

  test.each([
    ['activity-own', 'our own post'],
    ['account-own', 'our own post'],
    ['activity-repost', 'activity post.repost.create'],
    ['activity-automated', 'written by an automated account'],
    ['activity-deleted', 'a removal of nothing that is known to be for us'],
    ['account-deleted', 'our own post was removed'],
    ['account-follow', 'activity follow_events'],
    ['account-revoke', 'access was taken back'],
    ['activity-revoke', 'a person took back the access they gave'],
    ['activity-typing', 'activity dm.indicate_typing'],
    ['activity-dm-sent', 'our own direct message'],
    ['activity-chat-sent', 'our own encrypted message'],
    ['empty-page', 'a page without entries'],
  ])('%s is filed: %s', (name, reason) => {
    expect(all(name)).toEqual([expect.objectContaining({ outcome: 'filed', reason })]);
  });

  test('a post that is nothing to us is filed', () => {
    const page = {
      data: [
        {
          id: '5',
          author_id: '7',
          text: 'hello @somebody',
          entities: { mentions: [{ username: 'somebody', id: '8' }] },
        },
      ],
    };
    expect(normalisePayload(page, context)).toEqual([
      { outcome: 'filed', eventKey: 'aside:post:5', reason: 'not addressed to us' },
    ]);
  });

  test('our name is found in the words where X does not say who is mentioned', () => {
    const mention = (changes: object) => ({ data: [{ id: '5', author_id: '7', text: 'hi @AcmeSupport', ...changes }] });
    const read = (changes: object): string | null => {
      const [one] = normalisePayload(mention(changes), context);
      return one?.outcome === 'event' && one.event.type === 'message' ? (one.event.entry ?? null) : null;
    };
    expect(read({})).toBe('x:mention');
    expect(read({ text: 'where is it (@acmesupport)?', entities: {} })).toBe('x:mention');
    const note_tweet = { text: `${'long '.repeat(80)}@AcmeSupport`, entities: null };
    expect(read({ text: 'long long…', note_tweet })).toBe('x:mention');
    for (const text of ['me@AcmeSupport.example', '@AcmeSupport2', '@@AcmeSupport', '@AcmeSupport@social.example']) {
      expect([text, read({ text })]).toEqual([text, null]);
    }
    // As the mere address of a reply it says nothing.
    const reply = { text: '@AcmeSupport @bo no', display_text_range: [17, 19] };
    expect(read({ ...reply, referenced_tweets: [{ type: 'replied_to', id: '4' }] })).toBeNull();
  });

  test('a link is the one that was written, not where it leads', () => {
    const urls = [{ url: 'https://t.co/a', expanded_url: 'https://sho.rt/a', unwound_url: 'https://long.example/b' }];
    const page = { data: [{ id: '5', author_id: '7', text: '@AcmeSupport see https://t.co/a', entities: { urls } }] };
    expect(normalisePayload(page, context)).toMatchObject([{ event: { text: '@AcmeSupport see https://sho.rt/a' } }]);
  });

  test('a file that X only names is one, to be looked up', () => {
    const activity = (text: string) => ({
      data: {
        event_type: 'post.mention.create',
        filter: { user_id: context.selfId },
        payload: { id: '5', author_id: '7', text, attachments: { media_keys: ['3_77', '13_78'] } },
        includes: {},
      },
    });
    const attachments = [
      { kind: 'photo', remote: { postId: '5', mediaKey: '3_77' } },
      { kind: 'video', remote: { postId: '5', mediaKey: '13_78' } },
    ];
    expect(normalisePayload(activity('@AcmeSupport look'), context)).toMatchObject([{ event: { attachments } }]);
    const [bare] = normalisePayload(activity('@AcmeSupport'), context);
    expect(bare).toMatchObject({ event: { attachments } });
    expect(bare).not.toHaveProperty('event.filedAs');
  });

  test('files: what they are and where to ask for them, without a query; the link to them is gone', () => {
    const found = events('mentions-page').find(({ eventKey }) => eventKey.endsWith('0040'));
    expect(found).toMatchObject({
      text: '@AcmeSupport it says this',
      attachments: [
        {
          kind: 'photo',
          mime: 'image/jpeg',
          width: 1_170,
          height: 2_532,
          uniqueRef: '3_1950000000000000077',
          remote: {
            postId: '1950000000000000040',
            mediaKey: '3_1950000000000000077',
            host: 'pbs.twimg.com',
            path: '/media/GxAbCd123.jpg',
          },
        },
        {
          kind: 'video',
          mime: 'video/mp4',
          durationMs: 8_120,
          remote: { host: 'video.twimg.com', path: '/ext_tw_video/1/pu/vid/720x1280/b.mp4' },
        },
      ],
    });
  });

  test('long posts are whole', () => {
    const found = events('mentions-page').find(({ eventKey }) => eventKey.endsWith('0041'));
    expect(found).toMatchObject({ text: expect.stringMatching(/nobody answers the ticket\.$/u) });
    expect(event('account-mention')).toMatchObject({
      eventKey: 'create:post:1950000000000000030',
      author: ANA_IN_ENGLISH,
      occurredAtMs: Date.parse('2026-08-06T10:11:12Z'),
      text: expect.stringMatching(/What now\? https:\/\/explorer\.example\/tx\/9$/u),
      entry: 'x:mention',
    });
  });

  test('an answer the older API tells stands where what it answers stands, which it does not say', () => {
    const older = (changes: object) =>
      normalisePayload(
        {
          for_user_id: context.selfId,
          tweet_create_events: [
            {
              id_str: '1950000000000000099',
              text: 'still nothing',
              user: { id_str: ANA.externalId, name: 'Ana Lee', screen_name: 'ana_lee' },
              in_reply_to_status_id_str: '1950000000000000098',
              in_reply_to_user_id_str: context.selfId,
              ...changes,
            },
          ],
        },
        context,
      );
    expect(older({})).toMatchObject([
      { event: { joinsAnswered: true, replyToExternalId: 'post:1950000000000000098', text: 'still nothing' } },
    ]);
    const [told] = older({ conversation_id_str: '1950000000000000090' });
    expect(told).toMatchObject({ event: { thread: { chatKey: 'post:1950000000000000090' } } });
    expect(told).not.toHaveProperty('event.joinsAnswered');
  });

  test('a quote the older API tells', () => {
    expect(event('account-quote')).toMatchObject({
      text: 'is this real?',
      extras: { quote: { text: 'Withdrawals are open again.', author: 'Acme Exchange' } },
      entry: 'x:quote',
    });
  });

  test('noise is stored, shown and asks for no answer; of a known person it is none', () => {
    const filedAs = (given: unknown): unknown[] =>
      normalisePayload(given, context).flatMap((one) =>
        one.outcome === 'event' && one.event.type === 'message' ? [one.event.filedAs] : [],
      );
    expect(filedAs(read('mentions-page'))).toEqual(['noise', 'noise', undefined, undefined, undefined]);
    const depends = (payload: unknown) =>
      normalisePayload(payload, context).flatMap((one) =>
        one.outcome === 'event' && one.event.type === 'message' ? [one.event.meetsAgain] : [],
      );
    // The store lets it through where it knows the author.
    expect(depends(read('mentions-page'))).toEqual([true, true, undefined, undefined, undefined]);
    const raid = { v: 1, body: read('activity-mention'), about: { alike: { '1950000000000000010': 12 } } };
    expect(filedAs(raid)).toEqual(['noise']);
  });
});
