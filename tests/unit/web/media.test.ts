import { describe, expect, test } from '@jest/globals';
import { ApiFailure } from '../../../src/web/api/failure.ts';
import type { Attachment, Capabilities } from '../../../src/web/api/model.ts';
import type { UploadRequest } from '../../../src/web/api/upload.ts';
import { checkFile } from '../../../src/web/composer/file-check.ts';
import { Uploads } from '../../../src/web/composer/uploads.ts';
import { boxOf } from '../../../src/web/media/boxes.ts';
import { bytesWords, clockWords } from '../../../src/web/media/measures.ts';
import { previewWords } from '../../../src/web/media/stand-in.ts';
import { untoldAmends } from '../../../src/web/thread/amends.ts';
import { roomOf } from '../../../src/web/thread/bubble-room.ts';
import { summaryOf } from '../../../src/web/thread/delivery-summary.ts';
import { offersOf } from '../../../src/web/thread/thread-tools.ts';
import { at, delivery, message } from './rows.ts';

const t = (id: string, values?: Readonly<Record<string, unknown>>): string =>
  values === undefined ? id : `${id} ${JSON.stringify(values)}`;

/** A channel as Telegram is. */
const abilities: Capabilities = {
  text: { maxLength: 4_096, unit: 'utf16', formatting: [] },
  media: {
    maxBytes: { photo: 10_000_000, video: 50_000_000, document: 50_000_000 },
    photo: { maxSidesSum: 10_000, maxRatio: 20 },
    captionLength: 1_024,
    maxFiles: 10,
  },
  buttons: null,
  editWindowMs: null,
  deleteWindowMs: 48 * 3_600_000,
  reactions: 'one',
  replies: true,
  typing: true,
};

const attachment = (change: Partial<Attachment> = {}): Attachment => ({
  id: 'a',
  role: 'file',
  contentId: null,
  kind: 'photo',
  fileName: null,
  mime: 'image/jpeg',
  sizeBytes: 1_000,
  width: 1_200,
  height: 800,
  durationMs: null,
  state: 'stored',
  reason: null,
  preview: { width: 320, height: 213 },
  caption: null,
  ...change,
});

describe('the room of pictures', () => {
  test('keeps their proportions within the largest and never enlarges', () => {
    expect(boxOf({ width: 1_200, height: 800 })).toEqual({ width: 320, height: 213 });
    expect(boxOf({ width: 800, height: 1_600 })).toEqual({ width: 160, height: 320 });
    expect(boxOf({ width: 200, height: 150 })).toEqual({ width: 200, height: 150 });
  });

  test('is usable for slivers and for what nobody told the size of', () => {
    expect(boxOf({ width: 5_000, height: 10 })).toEqual({ width: 320, height: 96 });
    expect(boxOf({ width: null, height: 10 })).toEqual({ width: 240, height: 180 });
    expect(boxOf({ width: 0, height: 0 })).toEqual({ width: 240, height: 180 });
  });
});

test('sizes and lengths are written as people read them', () => {
  expect(bytesWords(69, 'en')).toBe('69 byte');
  expect(bytesWords(900_000, 'en')).toBe('900 kB');
  expect(bytesWords(999_999, 'en')).toBe('1 MB');
  expect(bytesWords(2_450_000, 'en')).toBe('2.5 MB');
  expect(bytesWords(50_000_000, 'zh-CN')).toBe('50 MB');
  expect([4_000, 750_000, 3_723_000].map(clockWords)).toEqual(['0:04', '12:30', '1:02:03']);
});

describe('stand-ins in lists', () => {
  test.each([
    ['[photo]', 'preview.photo'],
    ['[photo] +2', 'preview.photo +2'],
    ['[GIF]', 'preview.animation'],
    ['[voice message]', 'preview.voice'],
    ['[sticker] 👍', 'preview.sticker 👍'],
    ['[file] a b.pdf', 'preview.document a b.pdf'],
    ['[location] 1.5, 2', 'preview.location 1.5, 2'],
    ['[poll answer] 1, 2', 'preview.pollAnswer 1, 2'],
    ['[poll answer] taken back', 'preview.voteTakenBack'],
    ['[unsupported: giveaway]', 'preview.unsupported {"kind":"giveaway"}'],
  ])('%s is said in the agent’s language', (text, words) => expect(previewWords(text, t)).toBe(words));

  test.each(['[foto]', 'see [photo]', '[photo]s', '[constructor]', 'hello', ''])('%j stays as it is', (text) =>
    expect(previewWords(text, t)).toBe(text),
  );
});

describe('a file before it is sent', () => {
  const file = { size: 1_000, type: 'image/jpeg' };

  test('is taken up to the largest the channel takes in any way', () => {
    expect(checkFile(file, 0, abilities)).toBeNull();
    // Too large for a photo, and a document still.
    expect(checkFile({ ...file, size: 12_000_000 }, 9, abilities)).toBeNull();
    expect(checkFile({ ...file, size: 50_000_001 }, 0, abilities)).toEqual({
      code: 'too_large',
      limitBytes: 50_000_000,
    });
  });

  test('is refused when it is empty, one too many, or the channel takes none', () => {
    expect(checkFile({ ...file, size: 0 }, 0, abilities)).toEqual({ code: 'empty' });
    expect(checkFile(file, 10, abilities)).toEqual({ code: 'too_many', most: 10 });
    expect(checkFile(file, 0, { media: null })).toEqual({ code: 'no_files' });
  });
});

describe('uploads', () => {
  function made() {
    const sent: (UploadRequest & { done(): void; fail(): void })[] = [];
    const removed: string[] = [];
    const hidden: string[] = [];
    let id = 0;
    const uploads = new Uploads({
      send: (request) =>
        new Promise((resolve, reject) => {
          sent.push({
            ...request,
            done: () => resolve(attachment({ id: request.id, fileName: request.file.name })),
            fail: () => reject(new ApiFailure(503, { code: 'busy' })),
          });
        }),
      remove: (gone) => {
        removed.push(gone);
        return Promise.resolve();
      },
      newId: () => {
        id += 1;
        return `u${id}`;
      },
      show: (file) => `shown:${file.name}`,
      hide: (address) => hidden.push(address),
    });
    const check = (file: File, already: number) => checkFile(file, already, abilities);
    const add = (...names: string[]): void =>
      uploads.add(
        'c',
        names.map((name) => new File(['x'], name, { type: 'image/png' })),
        check,
      );
    const states = (): string[] => uploads.of('c').map(({ state }) => state.is);
    return { uploads, sent, removed, hidden, add, states, check };
  }
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  test('go on their way at once, tell how far they are, and leave with the reply', async () => {
    const { uploads, sent, hidden, add, states } = made();
    add('a.png', 'b.png');
    sent[0]?.onProgress(0.5);
    expect(uploads.of('c')[0]?.state).toEqual({ is: 'sending', share: 0.5 });
    sent[0]?.done();
    sent[1]?.done();
    await settled();
    expect(states()).toEqual(['there', 'there']);
    expect(uploads.of('other')).toEqual([]);
    expect(uploads.take('c').map(({ id }) => id)).toEqual(['u1', 'u2']);
    expect([uploads.of('c'), uploads.unsent(), hidden]).toEqual([[], [], ['shown:a.png', 'shown:b.png']]);
  });

  test('that fail are sent again under the same id', async () => {
    const { uploads, sent, add, states } = made();
    add('a.png');
    sent[0]?.fail();
    await settled();
    expect(states()).toEqual(['failed']);
    uploads.retry('c', 'u1');
    expect(states()).toEqual(['sending']);
    sent[1]?.done();
    await settled();
    expect([states(), sent.map(({ id }) => id)]).toEqual([['there'], ['u1', 'u1']]);
  });

  test('that are given up end, and are forgotten at the server', async () => {
    const { uploads, sent, removed, add } = made();
    add('a.png');
    uploads.remove('c', 'u1');
    expect([sent[0]?.signal.aborted, removed, uploads.of('c')]).toEqual([true, ['u1'], []]);
    sent[0]?.fail();
    await settled();
    expect(uploads.of('c')).toEqual([]);
  });

  test('that are refused are never sent and do not count', () => {
    const { uploads, sent, removed, states, check } = made();
    uploads.add('c', [new File([], 'nothing.txt')], check);
    expect([states(), sent.length, uploads.unsent()]).toEqual([['refused'], 0, []]);
    uploads.remove('c', 'u1');
    expect(removed).toEqual([]);
  });
});

describe('what was done to a message later', () => {
  const sent = delivery('sent', 0);

  test('never says whether it was sent', () => {
    expect(summaryOf([sent, delivery('failed', 1, 'edit')])).toEqual({ summary: sent, troubled: [] });
    expect(summaryOf([sent, delivery('pending', 1, 'delete')]).summary).toBe(sent);
  });

  test('is told while it is under way and when it was lost, the last of each kind', () => {
    const lost = delivery('failed', 1, 'edit');
    expect(untoldAmends([sent, lost])).toEqual([lost]);
    expect(untoldAmends([sent, lost, delivery('sent', 2, 'edit')])).toEqual([]);
    const waiting = delivery('retry', 3, 'react');
    expect(untoldAmends([sent, lost, waiting])).toEqual([lost, waiting]);
    const undeleted = delivery('failed', 4, 'delete');
    expect(untoldAmends([sent, undeleted, delivery('sent', 5, 'delete')])).toEqual([undeleted]);
    expect(untoldAmends([sent])).toEqual([]);
  });
});

describe('what the menu of a message offers', () => {
  const tools = { abilities, readOnly: false, isPrivate: true };
  const nowMs = Date.parse(at(10));
  const own = message(1, {
    kind: 'outbound',
    author: { kind: 'agent', id: 'mei', name: 'Mei' },
    deliveries: [delivery('sent')],
  });
  const none = { answer: false, react: false, edit: false, remove: false };

  test('to a customer’s: an answer and a reaction, but not to a press or a vote', () => {
    expect(offersOf(message(1), tools, nowMs)).toEqual({ ...none, answer: true, react: true });
    const press = message(1, { extras: { standIn: 'thing', content: { type: 'button', label: 'Yes', data: null } } });
    expect(offersOf(press, tools, nowMs)).toEqual(none);
    expect(
      offersOf(message(1), { ...tools, abilities: { ...abilities, reactions: 'none', replies: false } }, nowMs),
    ).toEqual(none);
  });

  test('to one of ours: change and deletion once it has arrived, and as long as the channel allows', () => {
    expect(offersOf(own, tools, nowMs)).toEqual({ answer: true, react: false, edit: true, remove: true });
    expect(offersOf({ ...own, deliveries: [delivery('pending')] }, tools, nowMs)).toEqual(none);
    expect(offersOf({ ...own, deliveries: [delivery('sent'), delivery('failed', 1, 'edit')] }, tools, nowMs).edit).toBe(
      true,
    );
    expect(offersOf(own, tools, nowMs + 49 * 3_600_000)).toMatchObject({ edit: true, remove: false });
    const never = { ...tools, abilities: { ...abilities, deleteWindowInPrivateMs: 0 } };
    expect(offersOf(own, { ...never, isPrivate: true }, nowMs)).toMatchObject({ edit: true, remove: false });
    expect(offersOf(own, { ...never, isPrivate: false }, nowMs)).toMatchObject({ remove: true });
    const bots = { ...own, author: { kind: 'bot' as const, id: null, name: 'Bot' } };
    expect(offersOf(bots, tools, nowMs)).toEqual({ ...none, answer: true });
  });

  test('nothing for notes, for what is deleted, and where nothing can be done', () => {
    expect(offersOf(message(1, { kind: 'note' }), tools, nowMs)).toEqual(none);
    expect(offersOf({ ...own, deletedAt: at(2) }, tools, nowMs)).toEqual(none);
    expect(offersOf(own, { ...tools, readOnly: true }, nowMs)).toEqual(none);
    expect(offersOf(own, { ...tools, abilities: null }, nowMs)).toEqual(none);
  });
});

test('a bubble leaves room by what it holds', () => {
  expect(roomOf(message(1))).toBe('words');
  expect(roomOf(message(1, { attachments: [attachment()] }))).toBe('thing');
  const file = attachment({ kind: 'document' });
  expect(roomOf(message(1, { attachments: [file], extras: { standIn: 'file' } }))).toBe('none');
  expect(roomOf(message(1, { attachments: [file], extras: null, text: 'Words below' }))).toBe('thing');
});
