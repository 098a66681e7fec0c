import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { activityName } from '../../../../channels/x/inbound/activity.ts';
import { type NormaliseContext, normalisePayload, revokedUserIn } from '../../../../channels/x/normalise.ts';
import type { InboundEvent } from '../../../../src/core/model/inbound.ts';
import { guardPayload } from '../../../../src/guard/guard.ts';
import { pathsOf, replaceAt } from '../../../kit/channels/json-paths.ts';
import { processorMs } from '../../../kit/processor-time.ts';
import { ANA, all, context, events, keyOf, NAMES, read, SELF } from './reading.ts';

describe('everything', () => {
  test.each([
    ['PostMentionCreate', 'post.mention.create'],
    ['DMReceived', 'dm.received'],
    ['DmIndicateTyping', 'dm.indicate.typing'],
    ['ChatConversationJoin', 'chat.conversation.join'],
    ['OAuthRevoke', 'oauth.revoke'],
    ['dm.indicate_typing', 'dm.indicate_typing'],
    ['profile.update.bio', 'profile.update.bio'],
  ])('%s is %s', (given, name) => {
    expect(activityName(given)).toBe(name);
  });

  test('whose access was taken back', () => {
    expect(revokedUserIn(read('activity-revoke'))).toBe(SELF);
    expect(revokedUserIn(read('account-revoke'))).toBe(SELF);
    expect(NAMES.filter((name) => revokedUserIn(read(name)) !== null)).toEqual(['account-revoke', 'activity-revoke']);
  });

  test('what is not known is parked', () => {
    expect(all('activity-unknown')).toEqual([
      {
        outcome: 'parked',
        eventKey: 'activity:6934540941047412905',
        reason: 'activity of unknown kind dm.reaction.create',
      },
    ]);
    for (const payload of [
      null,
      7,
      'text',
      [],
      {},
      { hello: 1 },
      { new_things_events: [{ id: '1' }] },
      { v: 1, body: 3 },
    ]) {
      expect(normalisePayload(payload, context)).toEqual([expect.objectContaining({ outcome: 'parked' })]);
    }
  });

  test('who we are is read from the payload where nobody said it', () => {
    const nobody: NormaliseContext = { selfId: null, selfHandle: null, campaignTags: [] };
    for (const name of NAMES.filter((one) => !one.endsWith('-page'))) expect(all(name, nobody)).toEqual(all(name));
    for (const name of ['dm-events-page', 'mentions-page']) {
      const kept = { v: 1, body: read(name), about: { selfId: SELF } };
      expect(normalisePayload(kept, nobody)).toEqual(all(name));
      // Our own words must not come back as a customer's.
      for (const one of all(name, nobody)) expect(one.outcome).not.toBe('event');
    }
  });

  test('what an activity comes for is believed where the post does not say it', () => {
    const bare = { id: '1950000000000000050', author_id: ANA.externalId, text: 'so?' };
    const reasons = ['mention', 'reply', 'quote'];
    const entries = reasons.map((reason) => {
      const payload = { data: { event_uuid: '1', event_type: `post.${reason}.create`, filter: {}, payload: bare } };
      const [one] = normalisePayload(payload, context);
      return one?.outcome === 'event' && one.event.type === 'message' ? one.event.entry : one;
    });
    expect(entries).toEqual(['x:mention', 'x:reply', 'x:quote']);
  });

  const mention = (post: Record<string, unknown>, includes: unknown = {}, about: unknown = {}): InboundEvent => {
    const payload = { id: '1950000000000000050', author_id: ANA.externalId, ...post };
    const body = { data: { event_uuid: '1', event_type: 'post.mention.create', payload, includes } };
    const [one] = normalisePayload({ v: 1, body, about }, context);
    if (one?.outcome !== 'event') throw new Error(JSON.stringify(one));
    return one.event;
  };

  test('what one way could not tell is no obstacle to the way that can', () => {
    const bare = { id: '1950000000000000050', author_id: ANA.externalId, text: 'so?' };
    const [aside] = normalisePayload({ data: [bare] }, context);
    expect(aside).toMatchObject({ outcome: 'filed', reason: 'not addressed to us' });
    expect(mention(bare).eventKey).not.toBe(aside === undefined ? null : keyOf(aside));
    const direct = {
      data: { id: '5', event_type: 'MessageCreate', text: 'hi', sender_id: '7', dm_conversation_id: '7-9' },
    };
    const [unsure] = normalisePayload(direct, { ...context, selfId: null });
    const [sure] = normalisePayload(direct, { ...context, selfId: '9' });
    expect([unsure?.outcome, sure?.outcome]).toEqual(['parked', 'event']);
    expect(unsure === undefined ? null : keyOf(unsure)).not.toBe(sure === undefined ? null : keyOf(sure));
  });

  test('an edit that no longer names us counts where we have the post, and nowhere else', () => {
    const post = { id: '6', edit_history_tweet_ids: ['5', '6'], author_id: ANA.externalId, text: 'never mind' };
    const found = normalisePayload({ data: [post] }, context);
    expect(found).toEqual([
      {
        outcome: 'event',
        event: expect.objectContaining({ type: 'edit', targetExternalId: 'post:5', joinsOnly: true }),
      },
    ]);
    expect(events('activity-edited')[1]).not.toHaveProperty('joinsOnly');
  });

  test('a link to another post than the quoted one stays', () => {
    const page = 'https://x.com/Acme/status/1950000000000000099';
    const found = mention(
      {
        text: 'see https://t.co/a and https://t.co/b',
        referenced_tweets: [{ type: 'quoted', id: '1950000000000000001' }],
        entities: {
          urls: [
            { url: 'https://t.co/a', expanded_url: page },
            { url: 'https://t.co/b', expanded_url: 'https://x.com/Acme/status/1950000000000000001' },
          ],
        },
      },
      { tweets: [{ id: '1950000000000000001', author_id: SELF, text: 'ours' }] },
    );
    expect(found).toMatchObject({ text: `see ${page} and`, extras: { quote: { text: 'ours', author: null } } });
  });

  test('a link that is none, or broken, does no harm', () => {
    const text = 'see https://t.co/a https://t.co/b https://t.co/c';
    const urls = [
      { url: 'https://t.co/a', expanded_url: 'https://example.com/\uD800' },
      { url: 'https://t.co/b', expanded_url: 'javascript:alert(1)' },
    ];
    expect(mention({ text, entities: { urls } })).toMatchObject({
      text: 'see https://example.com/\uFFFD https://t.co/b https://t.co/c',
    });
  });

  test('a post that names no conversation is where it answers', () => {
    const reply = { text: 'so?', referenced_tweets: [{ type: 'replied_to', id: '1950000000000000002' }] };
    expect(mention(reply).thread.key).toBe('post:1950000000000000002/u1600000000000000002');
    expect(mention({ text: 'so?' }).thread.key).toBe('post:1950000000000000050/u1600000000000000002');
  });

  test("only X's own label makes an account an automated one", () => {
    const user = (label: unknown): unknown => ({
      users: [{ id: ANA.externalId, name: 'A', username: 'a', affiliation: label }],
    });
    expect(mention({ text: 'so?' }, user({ description: 'Automated', user_id: ['5'] })).author.isBot).toBe(false);
    expect(mention({ text: 'so?' }, user({ description: 'Automated', url: 'https://x.com/a' })).author.isBot).toBe(
      false,
    );
    expect(() => mention({ text: 'so?' }, user({ description: 'Automated' }))).toThrow(
      'written by an automated account',
    );
  });

  test('a file of a kind we do not know is a file', () => {
    const found = mention(
      { text: 'look', attachments: { media_keys: ['3_1', '99_5', '99_6'] } },
      {
        media: [
          { media_key: '99_5', type: 'hologram', url: 'https://pbs.twimg.com/h/5.hol' },
          { media_key: '3_1', type: 'photo', url: 'https://evil.example/1.jpg' },
        ],
      },
    );
    expect(found).toMatchObject({
      attachments: [
        { kind: 'photo', remote: { postId: '1950000000000000050', mediaKey: '3_1' } },
        { kind: 'document', mime: null, remote: { mediaKey: '99_5', path: '/h/5.hol' } },
        { kind: 'document', remote: { mediaKey: '99_6' } },
      ],
    });
    expect(JSON.stringify(found)).not.toContain('evil.example');
  });

  test('languages X names by withdrawn codes', () => {
    const languageOf = (lang: string): unknown => {
      const post = { id: '5', author_id: '7', text: 'apa?', lang };
      const [one] = normalisePayload({ data: { event_type: 'post.mention.create', payload: post } }, context);
      return one?.outcome === 'event' ? one.event.author.languageCode : one;
    };
    expect(['in', 'iw', 'tr', 'und', 'qme', 'zxx'].map(languageOf)).toEqual([
      'id',
      'he',
      'tr',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a message of nothing but spaces and a link to its picture is read in time', () => {
    const text = `${' '.repeat(40_000)}x https://t.co/PiCtUrE001`;
    const post = {
      id: '5',
      author_id: '7',
      text,
      entities: { urls: [{ url: 'https://t.co/PiCtUrE001', expanded_url: 'https://example.com/' }] },
    };
    const given = { data: { event_type: 'post.mention.create', payload: post } };
    expect(processorMs(() => normalisePayload(given, context))).toBeLessThan(500);
  });

  test.each(NAMES)('%s: the guard leaves ids alone, and what it leaves reads the same', (name) => {
    const { payload, findings } = guardPayload(read(name));
    expect(findings).toEqual([]);
    expect(normalisePayload(payload, context)).toEqual(all(name));
  });

  test.each(NAMES)('%s: events have keys of their own, and the same every time', (name) => {
    const keys = all(name).map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(all(name)).toEqual(all(name));
  });

  const check = (payload: unknown): void => {
    const found = normalisePayload(payload, context);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) {
      expect(keyOf(one)).toMatch(/^[\w:./-]{1,300}$/u);
      expect(JSON.stringify(one).isWellFormed()).toBe(true);
      if (one.outcome !== 'event') continue;
      expect(one.event.thread.key).toMatch(/^(?:post:\d+\/u\d+|dm:\d+-\d+|dm:\d+\/u\d+|chat:[\w-]+)$/u);
      if ('text' in one.event) {
        expect(one.event.text.trim()).not.toBe('');
        expect(one.event.text.isWellFormed() && !one.event.text.includes('\0')).toBe(true);
      }
    }
  };

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (payload) => check(payload)),
      { numRuns: 3_000 },
    );
  });

  test('never throws, whatever is changed in what X sends', () => {
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        -1,
        0,
        1e21,
        '',
        '0',
        '-1',
        '1'.repeat(400),
        'constructor',
        '__proto__',
        '\0\uD800',
        [],
        {},
        [null],
        [[]],
        { id: '1' },
        { data: { id: '5' } },
        SELF,
      ),
      fc.jsonValue({ maxDepth: 2 }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.nat(), values, fc.boolean(), (name, at, value, kept) => {
        const payload = read(name);
        const paths = pathsOf(payload);
        const mutated = replaceAt(payload, paths[at % paths.length] ?? [], value);
        check(
          kept
            ? {
                v: 1,
                body: mutated,
                about: {
                  alike: { '1950000000000000010': value },
                  known: [value],
                },
              }
            : mutated,
        );
      }),
      { numRuns: 4_000 },
    );
  });
});
