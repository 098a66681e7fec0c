import { describe, expect, test } from '@jest/globals';
import { normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { type DiscordGatewayPayload } from '../../../../channels/discord/transport/ports.ts';
import { replaceAt } from '../../../kit/channels/json-paths.ts';
import { ANA, context, event, one, read } from './reading.ts';

describe('messages', () => {
  test('a direct message, formatted', () => {
    expect(event('dm-text')).toEqual({
      type: 'message',
      eventKey: 'create:400000000000000001:300000000000000010',
      occurredAtMs: Date.parse('2026-08-06T10:11:12.345Z'),
      thread: { key: '400000000000000001', kind: 'private' },
      author: ANA,
      externalId: '400000000000000001:300000000000000010',
      text: 'Where is my deposit? @support',
      body: {
        v: 1,
        tree: {
          type: 'root',
          children: [
            {
              type: 'paragraph',
              children: [
                { type: 'text', value: 'Where is my ' },
                { type: 'strong', children: [{ type: 'text', value: 'deposit' }] },
                { type: 'text', value: '? ' },
                { type: 'mention', externalId: '100000000000000001', label: '@support' },
              ],
            },
          ],
        },
      },
    });
  });

  test('files: what they are, where to ask for them, and never a link', () => {
    const files = event('dm-files');
    expect(files).toMatchObject({
      text: '[file] proof.pdf +1',
      extras: { standIn: 'file' },
      attachments: [
        {
          kind: 'document',
          fileName: 'proof.pdf',
          mime: 'application/pdf',
          sizeBytes: 48_213,
          uniqueRef: '700000000000000001',
        },
        { kind: 'photo', fileName: 'IMG_1.png', width: 1_170, height: 2_532 },
      ],
    });
    expect(JSON.stringify(files)).not.toContain('https://');
    expect(event('dm-voice')).toMatchObject({
      text: '[voice message]',
      attachments: [{ kind: 'voice', durationMs: 3_120 }],
    });
    expect(event('dm-sticker')).toMatchObject({
      text: '[sticker] Wave',
      extras: { standIn: 'gesture' },
      attachments: [{ kind: 'sticker' }],
    });
  });

  test('what it answers, and what it passes on', () => {
    expect(event('dm-reply')).toMatchObject({
      text: 'this one',
      replyToExternalId: '400000000000000001:300000000000000009',
      extras: { quote: { text: 'Which order?', author: 'support' } },
    });
    const forward = event('dm-forward');
    expect(forward).toMatchObject({
      text: 'You won! Send 1 BTC',
      extras: { forwardedFrom: { kind: 'hidden', name: '', atMs: Date.parse('2026-08-05') } },
      attachments: [{ kind: 'photo', remote: { messageId: '300000000000000015' } }],
    });
    expect(forward).not.toHaveProperty('replyToExternalId');
    expect(event('dm-forwarded-embed')).toMatchObject({ text: 'Outage\nWithdrawals are paused\nSince: 10:00' });
    expect(event('dm-poll')).toMatchObject({
      text: '[poll] Which chain?',
      extras: { standIn: 'thing', content: { type: 'poll', question: 'Which chain?', options: ['TRON', 'Ethereum'] } },
    });
  });

  test('in servers: by mention, role, forum and private thread', () => {
    const guild = '500000000000000001';
    expect(event('server-mention')).toMatchObject({
      text: '@support help',
      author: ANA,
      thread: { key: `${guild}/u${ANA.externalId}`, kind: 'group', chatKey: guild, title: '#general' },
    });
    expect(event('server-role')).toMatchObject({ text: '@role help' });
    expect(event('forum-post')).toMatchObject({
      thread: { key: `500000000000000050/u${ANA.externalId}`, title: 'Stuck' },
    });
    expect(event('private-thread')).toMatchObject({
      thread: { key: `500000000000000051/u${ANA.externalId}`, kind: 'private' },
    });
  });

  test('by configuration', () => {
    const none = { ...context, support: { servers: [], channels: [], forums: [], roles: [] } };
    for (const name of ['server-role', 'forum-post']) expect(one(name, none)).toMatchObject({ outcome: 'filed' });
    const named = { ...context, support: { ...none.support, channels: ['500000000000000001'] } };
    expect(one('server-chatter', named)).toMatchObject({ outcome: 'event', event: { text: 'lol' } });
    const elsewhere = { ...context, support: { ...named.support, servers: ['600000000000000777'] } };
    for (const name of ['server-chatter', 'server-mention', 'private-thread']) {
      expect(one(name, elsewhere)).toMatchObject({ outcome: 'filed' });
    }
    expect(one('dm-text', elsewhere)).toMatchObject({ outcome: 'event' });
  });

  test.each([
    ['dm-unknown-type', 'parked'],
    ['dm-system', 'filed'],
    ['own-echo', 'filed'],
    ['webhook', 'filed'],
    ['server-chatter', 'filed'],
    ['unfurled', 'filed'],
    ['delete-unknown', 'filed'],
    ['reaction-server', 'filed'],
    ['command', 'filed'],
    ['removed-from-server', 'filed'],
    ['unknown-kind', 'parked'],
  ])('%s is %s', (name, outcome) => {
    const got = one(name);
    expect(got).toMatchObject({ outcome });
  });

  test('the same message has the same key, whichever way it comes', () => {
    const live = read('dm-text') as DiscordGatewayPayload;
    const backfilled = { ...live, source: 'backfill' as const, shardId: 7 };
    expect(normaliseDispatch(backfilled, context)).toEqual(normaliseDispatch(live, context));
  });

  test('a service without an own id reads by what was stored with the payload alone', () => {
    expect(one('own-echo', { ...context, selfId: '999' })).toMatchObject({
      outcome: 'filed',
      reason: 'our own message',
    });
  });
});

describe('changes', () => {
  test('edits', () => {
    const target = { targetExternalId: '400000000000000001:300000000000000010' };
    expect(event('edit')).toMatchObject({ type: 'edit', ...target, text: 'Where is my deposit now?' });
    expect(event('edit')).not.toHaveProperty('joinsOnly');
    expect(event('edit-chatter')).toMatchObject({ type: 'edit', joinsOnly: true });
  });

  test('deletions', () => {
    expect(event('delete')).toMatchObject({
      type: 'delete',
      targetExternalId: '400000000000000001:300000000000000010',
      author: ANA,
    });
    expect(normaliseDispatch(read('delete-bulk'), context)).toMatchObject([
      { outcome: 'event', event: { type: 'delete', targetExternalId: '500000000000000001:300000000000000023' } },
      { outcome: 'filed' },
    ]);
  });

  test('reactions: the whole new set', () => {
    expect(event('reaction')).toMatchObject({
      type: 'reaction',
      emoji: ['👍', '🎉'],
      author: ANA,
      thread: { key: '400000000000000001' },
    });
  });
});

describe('interactions', () => {
  test('a press says its label and data, and what has to be answered', () => {
    expect(event('button')).toMatchObject({
      type: 'message',
      eventKey: 'interaction:310000000000000001',
      text: 'Refund',
      extras: { content: { type: 'button', label: 'Refund', data: 'topic:refund' } },
      replyToExternalId: '400000000000000001:300000000000000009',
      acknowledge: { kind: 'press', interactionId: '310000000000000001', locale: 'es-ES' },
    });
  });

  test('a form goes on in its private thread, else where it was sent', () => {
    expect(event('form')).toMatchObject({
      text: 'I lost my 2FA',
      thread: { key: `500000000000000060/u${ANA.externalId}`, kind: 'private' },
      acknowledge: {
        kind: 'form',
        privateThreadId: '500000000000000060',
        applicationId: '100000000000000001',
        locale: 'ja',
      },
    });
    const without = replaceAt(read('form'), ['about', 'privateThreadId'], null);
    expect(normaliseDispatch(without, context)).toMatchObject([
      { event: { thread: { key: `500000000000000001/u${ANA.externalId}`, kind: 'group', title: '#general' } } },
    ]);
  });
});
