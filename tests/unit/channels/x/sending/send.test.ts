import { describe, expect, it } from '@jest/globals';
import { refusalFor } from '../../../../../channels/x/places.ts';
import { type SendParts, sendTimeMs, sendToX } from '../../../../../channels/x/send.ts';
import { BudgetUsedUp, type XRest } from '../../../../../channels/x/transport/ports.ts';
import type { FileSource, SendRequest } from '../../../../../src/core/ports/channel.ts';
import { recordingDeps } from '../../../../kit/channels/recording.ts';
import { keyOf, refusal, scriptedRest } from './scripted-rest.ts';

const NEVER = new AbortController().signal;
const NOW = 1_800_000_000_000;
const SELF = '7';
const POSTED = { status: 201, body: { data: { id: '500', text: 'x' } } };
const DIRECT = { status: 201, body: { data: { dm_conversation_id: '7-12', dm_event_id: '600' } } };
const photo = { kind: 'photo', blobId: 'pic', mime: 'image/png', sizeBytes: 3 };

function partsOf(rest: XRest, files: FileSource = recordingDeps().files): SendParts {
  return {
    rest,
    files,
    clock: { nowMs: () => NOW },
    selfId: () => Promise.resolve(SELF),
    taken: () => Promise.resolve([]),
  };
}

function post(changes: Partial<SendRequest> = {}): SendRequest {
  return {
    action: 'send',
    threadKey: 'post:100/u12',
    part: { text: 'hello' },
    replyToExternalId: 'post:101',
    entry: 'x:mention',
    madeAtMs: NOW,
    idempotencyKey: keyOf(NOW),
    ...changes,
  };
}

const direct = (changes: Partial<SendRequest> = {}): SendRequest => ({
  action: 'send',
  threadKey: 'dm:7-12',
  part: { text: 'hello' },
  madeAtMs: NOW,
  idempotencyKey: keyOf(NOW),
  ...changes,
});

describe('a post', () => {
  it('answers the post it is asked to answer', async () => {
    const rest = scriptedRest(POSTED);
    const outcome = await sendToX(partsOf(rest), post(), NEVER);
    expect(outcome).toEqual({ kind: 'sent', externalId: 'post:500' });
    expect(rest.calls).toEqual([
      {
        endpoint: 'createPost',
        purpose: 'answer',
        mostMicros: 10_000,
        json: { text: 'hello', reply: { in_reply_to_tweet_id: '101' } },
      },
    ]);
  });

  it('goes on from our own, which needs nobody to have called us', async () => {
    const rest = scriptedRest(POSTED);
    const { entry, replyToExternalId, ...rows } = post({ previousExternalId: 'post:500' });
    expect([entry, replyToExternalId]).toEqual(['x:mention', 'post:101']);
    expect(await sendToX(partsOf(rest), rows, NEVER)).toMatchObject({ kind: 'sent' });
    expect(rest.calls[0]?.json).toMatchObject({ reply: { in_reply_to_tweet_id: '500' } });
  });

  it.each([
    ['whose author did not call us', post({ entry: '' })],
    [
      'of which nobody says what called us',
      ((): SendRequest => {
        const { entry: _none, ...rest } = post();
        return rest;
      })(),
    ],
    ['that is no post', post({ replyToExternalId: 'dm:5' })],
    [
      'nobody named',
      ((): SendRequest => {
        const { replyToExternalId: _none, ...rest } = post();
        return rest;
      })(),
    ],
  ])('to one %s is refused before X is asked', async (_name, request) => {
    const rest = scriptedRest(POSTED);
    const outcome = await sendToX(partsOf(rest), request, NEVER);
    expect(outcome.kind).toBe('invalid');
    expect(rest.calls).toEqual([]);
  });

  it('to a mere reply is tried, and X’s refusal says why', async () => {
    const message = 'Forbidden: You can only reply to or quote posts where you are mentioned by the author';
    const rest = scriptedRest(refusal({ status: 403, kind: 'client-forbidden', message }));
    const outcome = await sendToX(partsOf(rest), post({ entry: 'x:reply' }), NEVER);
    expect(rest.calls).toHaveLength(1);
    expect(rest.calls[0]?.mostMicros).toBe(15_000);
    expect(outcome).toMatchObject({ kind: 'invalid' });
  });

  it('with a link sets aside what a link costs', async () => {
    const rest = scriptedRest(POSTED);
    await sendToX(partsOf(rest), post({ part: { text: 'see example.com/a' } }), NEVER);
    expect(rest.calls[0]?.mostMicros).toBe(200_000);
  });

  it('invites into a direct message with us', async () => {
    const rest = scriptedRest(POSTED);
    await sendToX(partsOf(rest), post({ part: { text: 'hello', invites: true } }), NEVER);
    expect(rest.calls[0]?.json).toMatchObject({
      direct_message_deep_link: 'https://twitter.com/messages/compose?recipient_id=7',
    });
  });

  it('that X has already is the one whose fate nobody knew', async () => {
    const duplicate = refusal({
      status: 403,
      kind: 'about:blank',
      message: 'You are not allowed to create a Tweet with duplicate content.',
    });
    expect(await sendToX(partsOf(scriptedRest(duplicate)), post({ afterUnknown: true }), NEVER)).toMatchObject({
      kind: 'sent',
      externalId: null,
    });
    expect((await sendToX(partsOf(scriptedRest(duplicate)), post(), NEVER)).kind).toBe('invalid');
  });

  it('may have arrived when the answer was lost, and surely has not when nobody was reached', async () => {
    const lost = refusal({ status: null, sent: 'maybe' });
    expect((await sendToX(partsOf(scriptedRest(lost)), post(), NEVER)).kind).toBe('unknown');
    const away = refusal({ status: null, sent: 'no' });
    expect((await sendToX(partsOf(scriptedRest(away)), post(), NEVER)).kind).toBe('transient');
  });

  it('waits for the next day when the budget is used up', async () => {
    const rest = scriptedRest(new BudgetUsedUp('answer', NOW + 3_600_000));
    const outcome = await sendToX(partsOf(rest), post(), NEVER);
    expect(outcome).toMatchObject({ kind: 'transient', retryAfterMs: 3_600_000 });
  });

  it('is taken back, also when it is gone already', async () => {
    const request = post({ action: 'delete', targetExternalId: 'post:500' });
    const rest = scriptedRest(
      { body: { data: { deleted: true } } },
      refusal({ status: 404, kind: 'resource-not-found' }),
    );
    const parts = partsOf(rest);
    expect(await sendToX(parts, request, NEVER)).toEqual({ kind: 'sent', externalId: 'post:500' });
    expect(await sendToX(parts, request, NEVER)).toEqual({ kind: 'sent', externalId: 'post:500' });
    expect(rest.calls[0]).toEqual({ endpoint: 'deletePost', purpose: 'answer', path: { id: '500' } });
    const lost = scriptedRest(refusal({ status: null, sent: 'maybe' }));
    expect((await sendToX(partsOf(lost), request, NEVER)).kind).toBe('transient');
  });
});

describe('what is known before', () => {
  it.each([
    ['post:100/u12', 'x:mention', null],
    ['post:100/u12', 'x:quote', null],
    ['post:100/u12', 'x:reply', null],
    ['post:100/u12', null, 'not_called'],
    ['dm:7-12', null, null],
    ['dm:99/u12', null, null],
    ['chat:7-12', null, null],
    ['chat:g1', null, 'unreachable_chat'],
  ] as const)('of %s, called by %s', async (key, entry, refused) => {
    expect(refusalFor({ key, entry })).toBe(refused);
    // What is told before is what sending says.
    const rest = scriptedRest(key.startsWith('post') ? POSTED : DIRECT);
    const { entry: _asked, ...request } = post({ threadKey: key });
    const outcome = await sendToX(partsOf(rest), entry === null ? request : { ...request, entry }, NEVER);
    expect(outcome.kind).toBe(refused === null ? 'sent' : 'invalid');
  });
});

describe('a direct message', () => {
  it('goes to the other of the two', async () => {
    const rest = scriptedRest(DIRECT);
    expect(await sendToX(partsOf(rest), direct(), NEVER)).toEqual({ kind: 'sent', externalId: 'dm:600' });
    expect(rest.calls).toEqual([
      { endpoint: 'sendDirect', purpose: 'answer', path: { id: '12' }, json: { text: 'hello' } },
    ]);
  });

  it('answers an encrypted chat of two, and no other encrypted one', async () => {
    const rest = scriptedRest(DIRECT);
    const parts = partsOf(rest);
    expect(await sendToX(parts, direct({ threadKey: 'chat:7-12' }), NEVER)).toMatchObject({ kind: 'sent' });
    expect(rest.calls[0]?.path).toEqual({ id: '12' });
    const outcome = await sendToX(parts, direct({ threadKey: 'chat:g1234' }), NEVER);
    expect(outcome).toMatchObject({ kind: 'invalid' });
    expect(rest.calls).toHaveLength(1);
  });

  it('goes to a group by its own id', async () => {
    const rest = scriptedRest(DIRECT);
    await sendToX(partsOf(rest), direct({ threadKey: 'dm:99/u12' }), NEVER);
    expect(rest.calls[0]).toMatchObject({ endpoint: 'sendDirectTo', path: { id: '99' } });
  });

  it('cannot be taken back, edited or reacted to, and X is not asked', async () => {
    const rest = scriptedRest();
    for (const action of ['delete', 'edit', 'react'] as const) {
      const outcome = await sendToX(partsOf(rest), direct({ action, targetExternalId: 'dm:600' }), NEVER);
      expect(outcome.kind).toBe('invalid');
    }
    expect(rest.calls).toEqual([]);
  });

  it('to somebody who blocked us marks the contact', async () => {
    const closed = refusal({ status: 403, code: 349 });
    expect((await sendToX(partsOf(scriptedRest(closed)), direct(), NEVER)).kind).toBe('forbidden');
  });

  it('is not known to be sent without its id', async () => {
    expect((await sendToX(partsOf(scriptedRest({ status: 201, body: {} })), direct(), NEVER)).kind).toBe('unknown');
  });

  it('is surely not sent when nobody could say who we are', async () => {
    const parts = {
      ...partsOf(scriptedRest()),
      selfId: () => Promise.reject(refusal({ status: null, sent: 'maybe' })),
    };
    expect((await sendToX(parts, direct(), NEVER)).kind).toBe('transient');
    const away = { ...parts, selfId: () => Promise.reject(new Error('the store is away')) };
    expect((await sendToX(away, direct(), NEVER)).kind).toBe('transient');
  });
});

describe('a file', () => {
  const BEGUN = { status: 202, body: { data: { id: '900', media_key: '3_900' } } };
  const request = direct({ part: { text: 'look', file: photo } });
  const blobs = (bytes: number) => recordingDeps(new Map([['pic', new Uint8Array(bytes).fill(5)]])).files;

  it('is uploaded for where it goes, then sent', async () => {
    const rest = scriptedRest(BEGUN, {}, {}, DIRECT);
    expect(await sendToX(partsOf(rest, blobs(3)), request, NEVER)).toEqual({ kind: 'sent', externalId: 'dm:600' });
    expect(rest.calls.map((one) => one.endpoint)).toEqual(['uploadBegin', 'uploadAppend', 'uploadEnd', 'sendDirect']);
    expect(rest.calls[0]?.json).toEqual({ media_type: 'image/png', total_bytes: 3, media_category: 'dm_image' });
    expect(rest.calls[3]?.json).toEqual({ text: 'look', attachments: [{ media_id: '900' }] });
    const inPublic = scriptedRest(BEGUN, {}, {}, POSTED);
    await sendToX(partsOf(inPublic, blobs(3)), post({ part: { text: '', file: photo } }), NEVER);
    expect(inPublic.calls[0]?.json).toMatchObject({ media_category: 'tweet_image' });
    expect(inPublic.calls[3]?.json).toEqual({
      reply: { in_reply_to_tweet_id: '101' },
      media: { media_ids: ['900'] },
    });
  });

  it('goes in pieces, whole and in order', async () => {
    const bytes = 2 * 1024 * 1024 + 7;
    const rest = scriptedRest(BEGUN, {}, {}, {}, {}, DIRECT);
    const content = Buffer.from(Array.from({ length: bytes }, (_, index) => index % 251));
    const files: FileSource = {
      put: () => Promise.reject(new Error('nothing is kept')),
      async *open() {
        for (let at = 0; at < bytes; at += 70_001) yield await Promise.resolve(content.subarray(at, at + 70_001));
      },
    };
    const part = { text: '', file: { ...photo, sizeBytes: bytes } };
    expect(await sendToX(partsOf(rest, files), direct({ part }), NEVER)).toMatchObject({ kind: 'sent' });
    const pieces = rest.calls.flatMap((one) => (one.piece === undefined ? [] : [one.piece]));
    expect(pieces.map((one) => one.index)).toEqual([0, 1, 2]);
    expect(pieces.map((one) => one.bytes.length)).toEqual([1_048_576, 1_048_576, 7]);
    expect(Buffer.concat(pieces.map((one) => one.bytes)).equals(content)).toBe(true);
  });

  it('waits until X has looked through it', async () => {
    const busy = (state: string): object => ({
      body: { data: { id: '900', processing_info: { state, check_after_secs: 0.001 } } },
    });
    const rest = scriptedRest(BEGUN, {}, busy('pending'), busy('in_progress'), busy('succeeded'), DIRECT);
    const part = { text: '', file: { ...photo, kind: 'video' } };
    expect(await sendToX(partsOf(rest, blobs(3)), direct({ part }), NEVER)).toMatchObject({ kind: 'sent' });
    expect(rest.calls[0]?.json).toMatchObject({ media_category: 'dm_video' });
    expect(rest.calls[3]).toMatchObject({ endpoint: 'uploadState', query: { command: 'STATUS', media_id: '900' } });
    const failed = {
      body: { data: { processing_info: { state: 'failed', error: { message: 'InvalidMedia: not a video' } } } },
    };
    const refused = scriptedRest(BEGUN, {}, failed);
    expect(await sendToX(partsOf(refused, blobs(3)), direct({ part }), NEVER)).toEqual({
      kind: 'invalid',
      reason: 'X does not take the file: InvalidMedia: not a video',
    });
  });

  it('that is lost on its way was not sent, whatever became of it', async () => {
    const lost = refusal({ status: null, sent: 'maybe' });
    expect((await sendToX(partsOf(scriptedRest(BEGUN, lost), blobs(3)), request, NEVER)).kind).toBe('transient');
    expect((await sendToX(partsOf(scriptedRest(BEGUN, {}, {}, lost), blobs(3)), request, NEVER)).kind).toBe('unknown');
  });

  it('of ours that does not open is not sent', async () => {
    const rest = scriptedRest(BEGUN);
    expect((await sendToX(partsOf(rest), request, NEVER)).kind).toBe('invalid');
    const away: FileSource = {
      put: () => Promise.reject(new Error('nothing is kept')),
      // oxlint-disable-next-line require-yield -- it fails before the first piece
      async *open() {
        throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      },
    };
    expect((await sendToX(partsOf(scriptedRest(BEGUN), away), request, NEVER)).kind).toBe('transient');
  });

  it('has more time, by its size and kind', () => {
    expect(sendTimeMs({ text: 'words' })).toBeLessThan(9_500);
    const time = (kind: string, sizeBytes: number): number =>
      sendTimeMs({ text: '', file: { ...photo, kind, sizeBytes } });
    expect(time('photo', 5_000_000)).toBeGreaterThan(time('photo', 5_000));
    expect(time('video', 5_000)).toBeGreaterThan(time('photo', 5_000));
  });
});
