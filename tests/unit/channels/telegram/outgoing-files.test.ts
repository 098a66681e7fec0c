import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { telegramCapabilities } from '../../../../channels/telegram/capabilities.ts';
import { readPart, uploadBytes } from '../../../../channels/telegram/part.ts';
import { EmptyTextError, renderForTelegram } from '../../../../channels/telegram/render.ts';
import {
  ATTACHMENT_KINDS,
  type AttachmentKind,
  type OutboundAttachment,
} from '../../../../src/core/model/attachment.ts';
import { judgeOutgoing } from '../../../../src/core/outgoing-file.ts';

function file(kind: AttachmentKind, n = 0): OutboundAttachment {
  return {
    id: `id-${n}`,
    kind,
    blobId: `blob-${n}`,
    fileName: `${n}.bin`,
    mime: null,
    sizeBytes: 100 + n,
    width: 10,
    height: 10,
    durationMs: null,
  };
}

const parts = (content: Parameters<typeof renderForTelegram>[0]) => renderForTelegram(content).map(readPart);
const BUTTONS = [[{ label: 'Yes', data: 'y' }], [{ label: 'Help', url: 'https://example.com' }]];

describe('rendering files', () => {
  test('a text that fits stands below the first file', () => {
    expect(parts({ text: 'see this', attachments: [file('photo')] })).toMatchObject([
      { text: 'see this', media: [{ kind: 'photo', blobId: 'blob-0' }] },
    ]);
  });

  test('a text that does not fit below a file becomes a message after it, whole', () => {
    const long = 'word '.repeat(300).trim();
    expect(parts({ text: long, attachments: [file('photo')] })).toMatchObject([
      { text: '', media: [{}] },
      { text: long },
    ]);
    expect(parts({ text: 'x'.repeat(1_024), attachments: [file('photo')] })).toHaveLength(1);
    expect(parts({ text: 'x'.repeat(1_025), attachments: [file('photo')] })).toHaveLength(2);
  });

  test('formatting goes along with the words below a file', () => {
    const tree = {
      type: 'root' as const,
      children: [
        {
          type: 'paragraph' as const,
          children: [{ type: 'strong' as const, children: [{ type: 'text' as const, value: 'now' }] }],
        },
      ],
    };
    const [part] = parts({ text: 'now', body: { v: 1, tree }, attachments: [file('document')] });
    expect(part).toMatchObject({ text: 'now', entities: [{ type: 'bold', offset: 0, length: 3 }] });
  });

  test('buttons stand below the last part; below an album they cannot, so they go with the words or with its last file', () => {
    expect(parts({ text: 'pick', buttons: BUTTONS })).toMatchObject([{ text: 'pick', buttons: BUTTONS }]);
    const album = [file('photo', 0), file('photo', 1), file('photo', 2)];
    const withWords = parts({ text: 'pick', attachments: album, buttons: BUTTONS });
    expect(withWords).toMatchObject([
      { text: '', media: [{}, {}, {}] },
      { text: 'pick', buttons: BUTTONS },
    ]);
    expect(withWords[0]).not.toHaveProperty('buttons');
    const withoutWords = parts({ text: '', attachments: album, buttons: BUTTONS });
    expect(withoutWords).toMatchObject([{ media: [{}, {}] }, { media: [{ blobId: 'blob-2' }], buttons: BUTTONS }]);
  });

  test('nothing at all is refused', () => {
    expect(() => renderForTelegram({ text: ' \n' })).toThrow(EmptyTextError);
    expect(parts({ text: ' ', attachments: [file('voice')] })).toMatchObject([
      { text: '', media: [{ kind: 'voice' }] },
    ]);
  });

  test('every file goes out once and in order, no call holds what Telegram refuses, and no word is lost', () => {
    const files = fc
      .array(fc.constantFrom(...ATTACHMENT_KINDS), { maxLength: 30 })
      .map((kinds) => kinds.map((kind, index) => file(kind, index)));
    const words = fc
      .array(fc.constantFrom('deposit', '🙂', 'x'.repeat(200)), { maxLength: 60 })
      .map((all) => all.join(' '));
    fc.assert(
      fc.property(files, words, fc.boolean(), (attachments, text, hasButtons) => {
        fc.pre(attachments.length > 0 || text.trim() !== '');
        const made = parts({ text, attachments, ...(hasButtons ? { buttons: BUTTONS } : {}) });
        const sent = made.flatMap((part) => part.media ?? []);
        expect(sent.map(({ blobId }) => blobId)).toEqual(attachments.map(({ blobId }) => blobId));
        expect(
          made
            .map((part) => part.text)
            .join(' ')
            .split(/\s+/u)
            .filter(Boolean),
        ).toEqual(text.split(/\s+/u).filter(Boolean));
        expect(made.filter(({ buttons }) => buttons !== undefined)).toHaveLength(hasButtons ? 1 : 0);
        if (hasButtons) expect(made.at(-1)).toHaveProperty('buttons');
        for (const { media, buttons, text: own } of made) {
          const kinds = new Set(media?.map(({ kind }) => kind) ?? []);
          const count = media?.length ?? 0;
          expect(count).toBeLessThanOrEqual(10);
          if (count > 1) {
            expect(buttons).toBeUndefined();
            const visual = [...kinds].every((kind) => kind === 'photo' || kind === 'video');
            expect(visual || kinds.size === 1).toBe(true);
            expect([...kinds].every((kind) => ['photo', 'video', 'audio', 'document'].includes(kind))).toBe(true);
          }
          expect(own.length).toBeLessThanOrEqual(count > 0 ? 1_024 : 4_096);
          expect(own !== '' || count > 0).toBe(true);
          if (kinds.has('sticker') || kinds.has('videoNote')) expect(own).toBe('');
        }
        const bytes = renderForTelegram({ text, attachments }).reduce((sum, part) => sum + uploadBytes(part), 0);
        expect(bytes).toBe(attachments.reduce((sum, one) => sum + one.sizeBytes, 0));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a file goes out as', () => {
  const picture = { mime: 'image/jpeg', width: 1_000, height: 800 };
  test.each([
    [{ ...picture, sizeBytes: 10_000_000 }, 'photo'],
    [{ ...picture, sizeBytes: 10_000_001 }, 'document'],
    [{ ...picture, width: 9_001, sizeBytes: 1 }, 'photo'],
    [{ ...picture, width: 9_201, sizeBytes: 1 }, 'document'],
    [{ ...picture, width: 2_100, height: 100, sizeBytes: 1 }, 'document'],
    [{ ...picture, width: null, sizeBytes: 1 }, 'document'],
    [{ mime: 'image/gif', width: 1, height: 1, sizeBytes: 1 }, 'animation'],
    [{ mime: 'video/mp4', width: null, height: null, sizeBytes: 50_000_000 }, 'video'],
    [{ mime: 'application/pdf', width: null, height: null, sizeBytes: 1 }, 'document'],
    [{ mime: null, width: null, height: null, sizeBytes: 1 }, 'document'],
  ])('%j → %s', (facts, kind) => {
    expect(judgeOutgoing(facts, telegramCapabilities)).toEqual({ ok: true, kind });
  });

  test('over every limit, or where the channel takes no files, it is refused with the limit', () => {
    const large = { mime: 'video/mp4', width: null, height: null, sizeBytes: 50_000_001 };
    expect(judgeOutgoing(large, telegramCapabilities)).toEqual({
      ok: false,
      code: 'too_large',
      limitBytes: 50_000_000,
    });
    expect(judgeOutgoing({ ...large, sizeBytes: 1 }, { media: null })).toEqual({
      ok: false,
      code: 'no_files',
      limitBytes: 0,
    });
  });
});
