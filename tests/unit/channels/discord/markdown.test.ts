import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { escapeMarkdown } from '../../../../channels/discord/markdown/escape.ts';
import { parseMarkdown } from '../../../../channels/discord/markdown/parse.ts';
import { renderForDiscord } from '../../../../channels/discord/render.ts';
import { type Body, checkBody, type Inline, plainText } from '../../../../src/core/model/body.ts';
import { processorMs } from '../../../kit/processor-time.ts';

const nobody = (): null => null;
const seen = (markdown: string): string => parseMarkdown(markdown, nobody).text;

/** Text full of what Discord could take for something. */
const awkward = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '**',
        '_',
        '__',
        '~~',
        '||',
        '`',
        '```',
        '```js\n',
        '\\',
        '[a](https://x.test)',
        '<@123>',
        '<@!1>',
        '<@&9>',
        '<#5>',
        '<:wave:12>',
        '<t:1700000000:R>',
        '</pay:77>',
        '@everyone',
        '@here',
        ':smile:',
        '> ',
        '>>> ',
        '# ',
        '## ',
        '-# ',
        '- ',
        '* ',
        '+ ',
        '1. ',
        '12. ',
        '\n',
        '\n\n',
        ' ',
        'https://a.test/b_c_d?e=*f*',
        'http://x',
        '<https://y.test>',
        '¯\\_(ツ)_/¯',
        'word',
        'snake_case_name',
        '10:30:45',
        '🙂',
        'ж',
        '#1',
        '(',
        ')',
        ']',
        '!',
        '-',
        '>',
        '|',
        '~',
      ),
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 25 },
  )
  .map((pieces) => pieces.join(''));

const tidy = (text: string): string => text.toWellFormed().replaceAll(/\r\n?/gu, '\n');

describe('escaping', () => {
  test('whatever the text, what is seen is that text, with no format, mention or emoji in it', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        const wanted = tidy(text);
        const read = parseMarkdown(escapeMarkdown(wanted, true), nobody);
        expect(read).toEqual({ text: wanted, body: null });
      }),
      { numRuns: 3_000 },
    );
  });

  test('no escaped text holds what calls somebody', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        expect(escapeMarkdown(tidy(text), true)).not.toMatch(
          /(?<!\\)<(?:@|#|:|a:|t:|\/)|(?<!\\)@(?:everyone|here)\b(?![^\s]*$)/u,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['@everyone look', '\\@everyone look'],
    ['<@123> and <@&9>', '\\<@123> and \\<@&9>'],
    ['5. five\n9. nine', '5\\. five\n9\\. nine'],
    ['- a\n+ b\n* c\n# d\n> e\n-# f', '\\- a\n\\+ b\n\\* c\n\\# d\n\\> e\n\\-# f'],
    ['see https://a.test/b_c and *this*', 'see https://a.test/b_c and \\*this\\*'],
    ['#1 is -5 degrees at 10:30', '#1 is -5 degrees at 10:30'],
    ['`code` :smile:', '\\`code\\` \\:smile:'],
    ['a@here.test', 'a\\@here.test'],
  ])('%j goes out as %j', (text, markdown) => {
    expect(escapeMarkdown(text, true)).toBe(markdown);
    expect(seen(markdown)).toBe(text);
  });
});

describe('reading', () => {
  const inline = (content: string): Inline[] => {
    const [block] =
      parseMarkdown(content, (kind, id) => (kind === 'user' && id === '7' ? 'Ana' : null)).body?.tree.children ?? [];
    return block?.type === 'paragraph' ? block.children : [];
  };
  const text = (value: string): Inline => ({ type: 'text', value });

  test.each<[string, Inline[]]>([
    ['a **b** c', [text('a '), { type: 'strong', children: [text('b')] }, text(' c')]],
    ['*a*', [{ type: 'emphasis', children: [text('a')] }]],
    ['_a_', [{ type: 'emphasis', children: [text('a')] }]],
    ['__a__', [{ type: 'underline', children: [text('a')] }]],
    ['~~a~~', [{ type: 'strikethrough', children: [text('a')] }]],
    ['||a||', [{ type: 'spoiler', children: [text('a')] }]],
    ['***a***', [{ type: 'emphasis', children: [{ type: 'strong', children: [text('a')] }] }]],
    ['`*a*`', [{ type: 'inlineCode', value: '*a*' }]],
    [
      '[a *b*](https://x.test/y)',
      [{ type: 'link', url: 'https://x.test/y', children: [text('a '), { type: 'emphasis', children: [text('b')] }] }],
    ],
    [
      'hi <@7> <@!8>',
      [
        text('hi '),
        { type: 'mention', externalId: '7', label: '@Ana' },
        text(' '),
        { type: 'mention', externalId: '8', label: '@8' },
      ],
    ],
    ['<a:party:55>', [{ type: 'customEmoji', externalId: '55', fallback: ':party:' }]],
    ['**a\\*b**', [{ type: 'strong', children: [text('a*b')] }]],
  ])('%s', (content, nodes) => {
    expect(inline(content)).toEqual(nodes);
  });

  test('blocks', () => {
    const { text: said, body } = parseMarkdown(
      '# T\n> q *w*\n> e\nplain\n```js\nlet a = 1;\n```\n- x\n- y\n3. z\n-# small',
      nobody,
    );
    expect(body?.tree.children).toEqual([
      { type: 'heading', depth: 1, children: [text('T')] },
      {
        type: 'blockquote',
        children: [
          { type: 'paragraph', children: [text('q '), { type: 'emphasis', children: [text('w')] }, text('\ne')] },
        ],
      },
      { type: 'paragraph', children: [text('plain')] },
      { type: 'codeBlock', language: 'js', value: 'let a = 1;' },
      {
        type: 'list',
        ordered: false,
        children: ['x', 'y'].map((value) => ({
          type: 'listItem',
          children: [{ type: 'paragraph', children: [text(value)] }],
        })),
      },
      {
        type: 'list',
        ordered: true,
        start: 3,
        children: [{ type: 'listItem', children: [{ type: 'paragraph', children: [text('z')] }] }],
      },
      { type: 'paragraph', children: [text('small')] },
    ]);
    expect(said).toBe('T\nq w\ne\nplain\nlet a = 1;\n• x\n• y\n3. z\nsmall');
  });

  test('what does not format is plain text, without a body', () => {
    for (const plain of [
      'hello',
      'a * b * c',
      'snake_case_name',
      '2 ** 3',
      'a\n\nb',
      'https://x.test/a_b_c',
      '#1',
      '10:30',
    ]) {
      expect(parseMarkdown(plain, nobody)).toEqual({ text: plain, body: null });
    }
    expect(parseMarkdown('\\*no\\* <t:0> </pay:1> <#5> <@&6>', nobody)).toEqual({
      text: '*no* 1970-01-01 00:00 UTC /pay #5 @role',
      body: null,
    });
  });

  test('any text gives a body that can be stored, of the same text, and soon', () => {
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 300 })), (content) => {
        const { text: said, body } = parseMarkdown(content, nobody);
        if (body !== null) expect(plainText(checkBody(body))).toBe(said);
      }),
      { numRuns: 1_000 },
    );
    for (const mark of [
      '*',
      '**',
      '_',
      '__',
      '~~',
      '||',
      '`',
      '```',
      '[',
      '[a](',
      '<',
      '> ',
      '* a',
      '\\',
      '*a **b ',
      '> *',
    ]) {
      const text = mark.repeat(Math.floor(8_000 / mark.length));
      expect(processorMs(() => parseMarkdown(text, nobody))).toBeLessThan(2_000);
    }
  });
});

const words = awkward.filter((text) => text.trim() !== '');
const inlineNode: fc.Arbitrary<Inline> = fc.letrec<{ node: Inline }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    words.map((value): Inline => ({ type: 'text', value })),
    words.map((value): Inline => ({ type: 'inlineCode', value })),
    fc.record({
      type: fc.constantFrom(
        'strong' as const,
        'emphasis' as const,
        'underline' as const,
        'strikethrough' as const,
        'spoiler' as const,
      ),
      children: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      type: fc.constant('link' as const),
      url: fc.constantFrom('https://x.test/a_(b)', 'http://y.test', 'https://z.test/?q=1'),
      children: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
    }),
  ),
})).node;
const body: fc.Arbitrary<Body> = fc
  .array(
    fc.oneof(
      fc.record({
        type: fc.constant('paragraph' as const),
        children: fc.array(inlineNode, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ type: fc.constant('codeBlock' as const), language: fc.constantFrom(null, 'ts'), value: words }),
      fc.record({
        type: fc.constant('heading' as const),
        depth: fc.constantFrom(1 as const, 2 as const),
        children: fc.array(inlineNode, { minLength: 1, maxLength: 2 }),
      }),
      fc.record({
        type: fc.constant('blockquote' as const),
        children: fc.array(
          fc.record({
            type: fc.constant('paragraph' as const),
            children: fc.array(inlineNode, { minLength: 1, maxLength: 2 }),
          }),
          { minLength: 1, maxLength: 2 },
        ),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((children): Body => ({ v: 1, tree: { type: 'root', children } }));

const outOf = (part: Readonly<Record<string, unknown>>): string => String(part['markdown'] ?? part['text']);
const squeeze = (value: string): string => value.replaceAll(/\s+/gu, '');

describe('writing', () => {
  test('whatever the formatting, what is seen is the text, in messages that Discord takes', () => {
    fc.assert(
      fc.property(body, (given) => {
        const wanted = plainText(given);
        fc.pre(wanted.trim() !== '');
        const parts = renderForDiscord({ text: wanted, body: given });
        for (const part of parts) expect(outOf(part).length).toBeLessThanOrEqual(2_000);
        expect(squeeze(parts.map((part) => seen(outOf(part))).join(''))).toBe(squeeze(tidy(wanted)));
      }),
      { numRuns: 1_500 },
    );
  });

  test('formatting goes out as Discord writes it', () => {
    const rendered = renderForDiscord({
      text: '',
      body: {
        v: 1,
        tree: {
          type: 'root',
          children: [
            { type: 'heading', depth: 2, children: [{ type: 'text', value: 'Refund' }] },
            {
              type: 'paragraph',
              children: [
                {
                  type: 'strong',
                  children: [
                    { type: 'text', value: 'bold ' },
                    { type: 'emphasis', children: [{ type: 'text', value: 'both' }] },
                  ],
                },
                { type: 'text', value: ' 2*3 ' },
                { type: 'link', url: 'https://x.test/a_(b)', children: [{ type: 'text', value: 'here' }] },
                { type: 'text', value: ' ' },
                { type: 'mention', externalId: '7', label: '@Ana' },
              ],
            },
            { type: 'blockquote', children: [{ type: 'paragraph', children: [{ type: 'text', value: 'a\nb' }] }] },
            { type: 'codeBlock', language: 'js', value: 'a * b' },
          ],
        },
      },
    });
    expect(rendered.map(outOf)).toEqual([
      '## Refund\n**bold *both*** 2\\*3 [here](https://x.test/a_%28b%29) <@7>\n> a\n> b\n```js\na * b\n```',
    ]);
  });

  test('a code block is kept whole where it fits, and fenced anew where it does not', () => {
    const code = (lines: number): string =>
      Array.from({ length: lines }, (_, index) => `  line ${index} *of* code`).join('\n');
    const paragraph = { type: 'paragraph' as const, children: [{ type: 'text' as const, value: 'word '.repeat(280) }] };
    const render = (value: string): string[] =>
      renderForDiscord({
        text: '',
        body: { v: 1, tree: { type: 'root', children: [paragraph, { type: 'codeBlock', language: 'py', value }] } },
      }).map(outOf);
    const whole = render(code(50));
    expect(whole).toHaveLength(2);
    expect(whole[1]).toBe(`\`\`\`py\n${code(50)}\n\`\`\``);
    const cut = render(code(200)).slice(1);
    expect(cut.length).toBeGreaterThan(1);
    for (const [index, part] of cut.entries()) {
      expect(part.startsWith('```py\n')).toBe(true);
      expect(part.endsWith('\n```')).toBe(true);
      if (index > 0) expect(part.startsWith('```py\n  line')).toBe(true);
    }
    expect(squeeze(cut.map((part) => seen(part)).join(''))).toBe(squeeze(code(200)));
  });

  test('files stand before words that do not fit below them, buttons below the last message', () => {
    const file = {
      id: 'a',
      blobId: 'b',
      kind: 'document' as const,
      fileName: 'a.pdf',
      mime: null,
      sizeBytes: 5,
      width: null,
      height: null,
      durationMs: null,
    };
    const buttons = [[{ label: 'Yes', data: 'y' }]];
    expect(renderForDiscord({ text: 'see', attachments: [file, file], buttons })).toMatchObject([
      { text: 'see', files: [{ blobId: 'b' }, { blobId: 'b' }], buttons },
    ]);
    const long = renderForDiscord({ text: 'x'.repeat(2_001), attachments: [file], buttons });
    expect(long).toMatchObject([{ text: '', files: [{}] }, { text: 'x'.repeat(2_000) }, { text: 'x', buttons }]);
    const large = { ...file, sizeBytes: 9_000_000 };
    expect(renderForDiscord({ text: '', attachments: Array.from({ length: 3 }, () => large) })).toHaveLength(2);
    expect(renderForDiscord({ text: '', attachments: Array.from({ length: 11 }, () => file) })).toHaveLength(2);
    expect(() => renderForDiscord({ text: ' \n' })).toThrow(/empty/iu);
  });
});
