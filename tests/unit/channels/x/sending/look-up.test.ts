import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstIdAt } from '../../../../../channels/x/ids.ts';
import { lookUp } from '../../../../../channels/x/look-up.ts';
import { isSameText } from '../../../../../channels/x/text/same-text.ts';
import { BudgetUsedUp, type XAnswer, type XRest } from '../../../../../channels/x/transport/ports.ts';
import type { SendRequest } from '../../../../../src/core/ports/channel.ts';
import { recordingDeps } from '../../../../kit/channels/recording.ts';
import { keyOf, refusal, scriptedRest } from './scripted-rest.ts';

const NEVER = new AbortController().signal;
const NOW = 1_800_000_000_000;
const MADE = NOW - 20_000;
const DATE = { date: new Date(NOW).toUTCString() };
const idAt = (atMs: number, low = 1): string => String(BigInt(firstIdAt(atMs)) + BigInt(low));

function looking(rest: XRest, request: SendRequest, taken: readonly string[] = []): ReturnType<typeof lookUp> {
  const { files } = recordingDeps();
  const parts = {
    rest,
    files,
    clock: { nowMs: () => NOW },
    selfId: () => Promise.resolve('7'),
    taken: (ids: readonly string[]) => Promise.resolve(ids.filter((id) => taken.includes(id))),
    settleMs: 1,
  };
  return lookUp(parts, request, NEVER);
}

const post: SendRequest = {
  action: 'send',
  threadKey: 'post:100/u12',
  part: { text: 'Fees & limits: example.com/fees' },
  replyToExternalId: 'post:101',
  entry: 'x:mention',
  madeAtMs: MADE,
  idempotencyKey: keyOf(MADE),
};
const direct: SendRequest = { ...post, threadKey: 'dm:7-12', part: { text: 'hello' } };

const shown = (changes: object = {}): object => ({
  id: idAt(NOW - 10_000),
  text: '@ana Fees &amp; limits: https://t.co/abc',
  entities: { urls: [{ url: 'https://t.co/abc', expanded_url: 'http://example.com/fees' }] },
  referenced_tweets: [{ type: 'replied_to', id: '101' }],
  ...changes,
});
const event = (changes: object = {}): object => ({
  id: idAt(NOW - 10_000),
  event_type: 'MessageCreate',
  sender_id: '7',
  text: 'hello',
  ...changes,
});
const page = (data: object[], next?: string): Partial<XAnswer> => ({
  headers: DATE,
  body: { data, meta: { result_count: data.length, ...(next === undefined ? {} : { next_token: next }) } },
});

describe('looking for a post', () => {
  it('finds it by its words and what it answers', async () => {
    const rest = scriptedRest(page([shown()]));
    expect(await looking(rest, post)).toEqual({ kind: 'sent', externalId: `post:${idAt(NOW - 10_000)}` });
    expect(rest.calls[0]).toMatchObject({ endpoint: 'ownPosts', path: { id: '7' }, purpose: 'answer' });
    expect(BigInt(String(rest.calls[0]?.query?.['since_id'])) < BigInt(idAt(MADE))).toBe(true);
  });

  it('finds one whose link X followed, and one below which it shows the way into private', async () => {
    const followed = {
      url: 'https://t.co/abc',
      expanded_url: 'http://example.com/fees',
      unwound_url: 'https://a.test/',
    };
    expect((await looking(scriptedRest(page([shown({ entities: { urls: [followed] } })])), post)).kind).toBe('sent');

    const inviting: SendRequest = { ...post, part: { text: 'write to us', invites: true } };
    const way = { url: 'https://t.co/way', expanded_url: 'https://twitter.com/messages/compose?recipient_id=7' };
    const invite = (changes: object) => shown({ text: '@ana write to us https://t.co/way', ...changes });
    for (const entities of [{ urls: [way] }, undefined]) {
      expect((await looking(scriptedRest(page([invite({ entities })])), inviting)).kind).toBe('sent');
    }
    const elsewhere = { urls: [{ url: 'https://t.co/way', expanded_url: 'https://example.com/' }] };
    for (const [entities, request] of [
      [elsewhere, inviting],
      [{ urls: [way] }, { ...post, part: { text: 'write to us' } }],
    ] as const) {
      const rest = scriptedRest(page([invite({ entities })]), page([invite({ entities })]));
      expect((await looking(rest, request)).kind).toBe('absent');
    }
  });

  it('finds one that came to be seen late', async () => {
    const rest = scriptedRest(page([]), page([shown()]));
    expect((await looking(rest, post)).kind).toBe('sent');
  });

  it.each([
    ['other words', { text: '@ana something else' }],
    ['an answer to another post', { referenced_tweets: [{ type: 'replied_to', id: '102' }] }],
    ['a quote of it', { referenced_tweets: [{ type: 'quoted', id: '101' }] }],
    ['one that was written before', { id: idAt(MADE - 60_000) }],
    ['one with a file', { attachments: { media_keys: ['3_1'] } }],
  ])('does not take %s for it, and says so after a second look', async (_name, changes) => {
    const rest = scriptedRest(page([shown(changes)]), page([shown(changes)]));
    expect(await looking(rest, post)).toEqual({ kind: 'absent' });
    expect(rest.calls).toHaveLength(2);
  });

  it('does not take another part’s for it', async () => {
    const others = [`post:${idAt(NOW - 10_000)}`];
    const rest = scriptedRest(page([shown()]), page([shown()]));
    expect(await looking(rest, post, others)).toEqual({ kind: 'absent' });
    const own = shown({ id: idAt(NOW - 9_000) });
    expect(await looking(scriptedRest(page([own, shown()])), post, others)).toEqual({
      kind: 'sent',
      externalId: `post:${idAt(NOW - 9_000)}`,
    });
  });

  it('reads on, page by page, and does not know when there is no end', async () => {
    const rest = scriptedRest(page([shown({ text: 'other' })], 'next'), page([shown()]));
    expect((await looking(rest, post)).kind).toBe('sent');
    expect(rest.calls[1]?.query?.['pagination_token']).toBe('next');
    const busy = scriptedRest(...Array.from({ length: 10 }, () => page([shown({ text: 'other' })], 'next')));
    expect((await looking(busy, post)).kind).toBe('unknown');
  });

  it('goes by X’s clock where ours is wrong', async () => {
    // Ours is five minutes behind: what was posted for this row bears a later time, what was before it too.
    const ahead = (data: object[]): Partial<XAnswer> => ({
      ...page(data),
      headers: { date: new Date(NOW + 300_000).toUTCString() },
    });
    const before = shown({ id: idAt(MADE + 300_000 - 60_000) });
    expect(await looking(scriptedRest(ahead([before]), ahead([before])), post)).toEqual({ kind: 'absent' });
    const it = shown({ id: idAt(MADE + 300_000 + 5_000) });
    expect((await looking(scriptedRest(ahead([it])), post)).kind).toBe('sent');
  });

  it('is not certain of anything when X does not answer', async () => {
    for (const error of [refusal({ status: null, sent: 'maybe' }), new BudgetUsedUp('answer', NOW + 5_000)]) {
      expect((await looking(scriptedRest(error), post)).kind).toBe('transient');
    }
    expect((await looking(scriptedRest(refusal({ status: 401 })), post)).kind).toBe('auth');
  });
});

describe('looking for a direct message', () => {
  it('finds ours with that person', async () => {
    const rest = scriptedRest(page([event({ id: idAt(NOW - 9_000), sender_id: '12' }), event()]));
    expect(await looking(rest, direct)).toEqual({ kind: 'sent', externalId: `dm:${idAt(NOW - 10_000)}` });
    expect(rest.calls[0]).toMatchObject({ endpoint: 'directEventsWith', path: { id: '12' } });
  });

  it('ends where older ones begin, though there are more', async () => {
    const older = page([event({ text: 'no' }), event({ id: idAt(MADE - 120_000) })], 'next');
    const rest = scriptedRest(older, older);
    expect(await looking(rest, direct)).toEqual({ kind: 'absent' });
    expect(rest.calls).toHaveLength(2);
  });

  it('finds a file without words', async () => {
    const part = { text: '', file: { kind: 'photo', blobId: 'b', mime: null, sizeBytes: 1 } };
    const given = event({
      text: ' https://t.co/x',
      attachments: { media_keys: ['3_1'] },
      entities: { urls: [{ url: 'https://t.co/x', expanded_url: 'https://twitter.com/messages/media/1' }] },
    });
    expect((await looking(scriptedRest(page([given])), { ...direct, part })).kind).toBe('sent');
  });

  it('of an encrypted chat looks where the answer went; in a group by its id', async () => {
    const rest = scriptedRest(page([event()]));
    expect((await looking(rest, { ...direct, threadKey: 'chat:7-12' })).kind).toBe('sent');
    const group = scriptedRest(page([event()]));
    expect((await looking(group, { ...direct, threadKey: 'dm:99/u12' })).kind).toBe('sent');
    expect(group.calls[0]).toMatchObject({ endpoint: 'directEventsIn', path: { id: '99' } });
  });

  it('asks nothing for what was never asked of X', async () => {
    const rest = scriptedRest();
    expect(await looking(rest, { ...direct, action: 'delete' })).toEqual({ kind: 'absent' });
    expect(await looking(rest, { ...direct, threadKey: 'chat:g1' })).toEqual({ kind: 'absent' });
    expect(rest.calls).toEqual([]);
  });
});

describe('the same text', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('<b>', '&amp;', '@ana', 'example.com', 'https://example.org/a?b=1', '\n', '  '),
  );
  const said = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));

  it('is what X shows of it', () => {
    fc.assert(
      fc.property(said, fc.array(fc.constantFrom('@ana ', '@b0b '), { maxLength: 3 }), (text, handles) => {
        const stored = text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(isSameText(text, { text: handles.join('') + stored, entities: undefined, hasFiles: false })).toBe(true);
      }),
    );
  });

  it('is no other text', () => {
    fc.assert(
      fc.property(said, fc.constantFrom('x', '7', '字'), (text, more) => {
        expect(isSameText(text, { text: `${text} ${more}`, entities: undefined, hasFiles: false })).toBe(false);
        expect(isSameText(`${text} ${more}`, { text, entities: undefined, hasFiles: false })).toBe(false);
      }),
    );
  });
});
