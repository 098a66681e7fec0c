import { describe, expect, test } from '@jest/globals';
import { ANA, all, event, events, outcomes } from './reading.ts';

describe('direct messages', () => {
  test('one to one, with links as they were written', () => {
    const expected = {
      type: 'message',
      eventKey: 'create:dm:1960000000000000020',
      thread: { key: 'dm:1500000000000000001-1600000000000000002', kind: 'private' },
      author: ANA,
      externalId: 'dm:1960000000000000020',
      text: 'hello! see https://acme.example/help',
      meetsAgain: true,
    };
    expect(event('activity-dm')).toEqual({ ...expected, occurredAtMs: 1_784_928_224_372 });
    expect(event('account-dm')).toEqual({ ...expected, occurredAtMs: 1_784_928_224_372 });
    expect(events('dm-events-page')).toContainEqual({ ...expected, occurredAtMs: Date.parse('2026-08-06T10:15:00Z') });
  });

  test('the older payload files ours beside theirs', () => {
    expect(outcomes('account-dm')).toEqual([
      'event create:dm:1960000000000000020',
      'filed create:dm:1960000000000000021',
    ]);
  });

  test('a picture, both ways the same file, and never its token', () => {
    const picture = {
      kind: 'photo',
      fileName: null,
      mime: 'image/jpeg',
      sizeBytes: null,
      width: 1_170,
      height: 2_532,
      durationMs: null,
      uniqueRef: '3_1960000000000000099',
      remote: {
        messageId: '1960000000000000022',
        mediaKey: '3_1960000000000000099',
        mediaId: '1960000000000000099',
        resourceId: 'oQxYz-1a.jpg',
        host: 'ton.twitter.com',
        path: '/1.1/ton/data/dm/1960000000000000022/1960000000000000099/oQxYz-1a.jpg',
      },
    };
    const said = { text: '[photo]', extras: { standIn: 'file' }, attachments: [picture] };
    expect(event('activity-dm-photo')).toMatchObject(said);
    expect(events('dm-events-page').find(({ eventKey }) => eventKey.endsWith('0022'))).toMatchObject(said);
    expect(JSON.stringify(all('dm-events-page'))).not.toContain('nobody-else');
  });

  test('a press on a quick reply, and what led to it', () => {
    expect(event('activity-dm-press')).toMatchObject({
      text: 'My deposit',
      extras: { content: { type: 'button', label: 'My deposit', data: 'topic:deposit' } },
      entry: 'x:welcome:1940000000000000005',
    });
  });

  test('a post that is passed on', () => {
    expect(events('dm-events-page').find(({ eventKey }) => eventKey.endsWith('0027'))).toMatchObject({
      text: 'what about this',
      extras: { quote: { text: 'Withdrawals are open again.', author: 'Acme Exchange' } },
    });
  });

  test('in groups only what names us, by author', () => {
    expect(outcomes('dm-events-page').slice(0, 4)).toEqual([
      'event create:dm:1960000000000000024',
      'filed create:dm:1960000000000000025',
      'filed create:dm:1960000000000000026',
      'filed create:dm:1960000000000000021',
    ]);
    expect(event('dm-events-page')).toMatchObject({
      thread: {
        key: 'dm:1970000000000000001/u1600000000000000002',
        kind: 'group',
        chatKey: 'dm:1970000000000000001',
      },
      text: '@AcmeSupport can you confirm this?',
    });
  });

  test('an encrypted message says that there is one', () => {
    expect(all('activity-chat')).toEqual([
      {
        outcome: 'event',
        event: {
          type: 'message',
          eventKey: 'create:chat:e4f4d3fc-8bbf-4928-92eb-e5058d6bb6f6',
          occurredAtMs: 1_784_841_183_370,
          thread: { key: 'chat:1500000000000000001-1600000000000000002', kind: 'private' },
          author: { externalId: ANA.externalId, displayName: ANA.externalId, isBot: false },
          externalId: 'chat:e4f4d3fc-8bbf-4928-92eb-e5058d6bb6f6',
          text: '[unsupported: encrypted message]',
          extras: { standIn: 'sealed', content: { type: 'unsupported', kind: 'encrypted message' } },
        },
      },
    ]);
  });
});
