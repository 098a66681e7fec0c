import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPart, uploadBytes, type XPart } from '../../../../../channels/x/part.ts';
import { createRender, EmptyTextError, FileKindError } from '../../../../../channels/x/render.ts';
import { textOfBody } from '../../../../../channels/x/text/of-body.ts';
import { weightOf } from '../../../../../channels/x/text/weight.ts';
import type { AttachmentKind, OutboundAttachment } from '../../../../../src/core/model/attachment.ts';
import type { Block, Inline } from '../../../../../src/core/model/body.ts';
import { GO_PRIVATE } from '../../../../../src/core/model/extras.ts';
import type { OutboundContent } from '../../../../../src/core/model/outbound.ts';

const render = createRender({ longPosts: false });
const parts = (content: OutboundContent, how = render): XPart[] => how(content).map(readPart);

function fileOf(kind: AttachmentKind, blobId = 'blob'): OutboundAttachment {
  return {
    id: 'a',
    blobId,
    kind,
    fileName: 'f',
    mime: null,
    sizeBytes: 10,
    width: null,
    height: null,
    durationMs: null,
  };
}

describe('rendering', () => {
  it('is one part where it fits', () => {
    expect(parts({ text: 'x'.repeat(280) })).toEqual([{ text: 'x'.repeat(280) }]);
  });

  it('numbers posts, and leaves direct messages whole', () => {
    const text = `${'word '.repeat(80)}end`;
    const posts = parts({ text, place: 'group' });
    expect(posts.map((one) => one.text.slice(-4))).toEqual([' 1/2', ' 2/2']);
    expect(parts({ text, place: 'private' })).toEqual([{ text }]);
    expect(parts({ text })).toEqual(posts);
  });

  it('takes long posts where the plan has them', () => {
    const text = 'word '.repeat(200).trim();
    expect(parts({ text }, createRender({ longPosts: true }))).toEqual([{ text }]);
  });

  it('puts a text that fits below the first file, and a longer one behind the files', () => {
    const attachments = [fileOf('photo', 'one'), fileOf('video', 'two')];
    const short = parts({ text: 'look', attachments });
    expect(short.map((one) => [one.text, one.file?.blobId])).toEqual([
      ['look', 'one'],
      ['', 'two'],
    ]);
    const long = parts({ text: 'word '.repeat(90), attachments });
    expect(long.map((one) => one.file?.blobId)).toEqual(['one', 'two', undefined, undefined]);
    expect(long[0]?.text).toBe('');
  });

  it('sends a file without words', () => {
    const rendered = render({ text: ' ', attachments: [fileOf('animation')] });
    expect(rendered.map(readPart)).toEqual([
      { text: '', file: { kind: 'animation', blobId: 'blob', mime: null, sizeBytes: 10 } },
    ]);
    expect(uploadBytes(rendered[0] ?? {})).toBe(10);
    expect(uploadBytes({ text: 'no file' })).toBe(0);
  });

  it('loses no file unseen', () => {
    expect(() => render({ text: 'here', attachments: [fileOf('document')] })).toThrow(FileKindError);
  });

  it.each(['', '  \n ', '\uFEFF'])('refuses %j', (text) => {
    expect(() => render({ text })).toThrow(EmptyTextError);
  });

  it('invites into a direct message below the last post, and not in private', () => {
    const buttons = [[{ label: 'Go on in private', data: GO_PRIVATE }]];
    expect(parts({ text: 'word '.repeat(80), buttons }).map((one) => one.invites)).toEqual([undefined, true]);
    expect(parts({ text: 'hello', buttons, place: 'private' })).toEqual([{ text: 'hello' }]);
    expect(parts({ text: 'hello', buttons: [[{ label: 'Yes', data: 'yes' }]] })).toEqual([{ text: 'hello' }]);
  });

  it('says with words what the form said', () => {
    const link: Inline = {
      type: 'link',
      url: 'https://example.com/a',
      children: [{ type: 'text', value: 'the page' }],
    };
    const bare: Inline = {
      type: 'link',
      url: 'https://example.com/',
      children: [{ type: 'text', value: 'example.com' }],
    };
    const children: Block[] = [
      { type: 'paragraph', children: [{ type: 'strong', children: [{ type: 'text', value: 'See ' }] }, link] },
      {
        type: 'list',
        ordered: true,
        start: 3,
        children: [
          { type: 'listItem', children: [{ type: 'paragraph', children: [bare] }] },
          { type: 'listItem', children: [{ type: 'codeBlock', language: null, value: 'a\nb' }] },
        ],
      },
      { type: 'blockquote', children: [{ type: 'paragraph', children: [{ type: 'text', value: 'quoted' }] }] },
    ];
    const text = 'See the page (https://example.com/a)\n\n3. example.com\n4. a\n  b\n\n> quoted';
    expect(textOfBody({ v: 1, tree: { type: 'root', children } })).toBe(text);
    expect(parts({ text: 'plain', body: { v: 1, tree: { type: 'root', children } } })).toEqual([{ text }]);
  });

  it('cuts nothing away and makes nothing too long', () => {
    const place = fc.constantFrom<OutboundContent['place']>('private', 'group', undefined);
    const words = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 1_500 })
      .filter((one) => /[^\s\uFEFF]/u.test(one));
    fc.assert(
      fc.property(words, place, (text, where) => {
        const content = { text, ...(where === undefined ? {} : { place: where }) };
        let made: XPart[];
        try {
          made = parts(content);
        } catch (error) {
          // What is left when X's unseen characters are gone may be nothing.
          return error instanceof EmptyTextError && text.replaceAll(/[\s\uFFFE\uFEFF\uFFFF]/gu, '') === '';
        }
        if (where !== 'private') expect(Math.max(...made.map((one) => weightOf(one.text)))).toBeLessThanOrEqual(280);
        const numbered = where !== 'private' && made.length > 1;
        const read = made.map((one) => (numbered ? one.text.replace(/ \d+\/\d+$/u, '') : one.text)).join('');
        const bare = (one: string): string =>
          one
            .toWellFormed()
            .replaceAll('\0', '\uFFFD')
            .normalize('NFC')
            .replaceAll(/[\s\uFFFE\uFEFF\uFFFF]/gu, '')
            .normalize('NFC');
        expect(bare(read)).toBe(bare(text));
        return true;
      }),
      { numRuns: 300 },
    );
  });
});
