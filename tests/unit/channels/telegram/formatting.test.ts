import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bodyFromEntities } from '../../../../channels/telegram/body-from-entities.ts';
import { flattenBody } from '../../../../channels/telegram/entities-from-body.ts';
import { readPart } from '../../../../channels/telegram/part.ts';
import { EmptyTextError, renderForTelegram } from '../../../../channels/telegram/render.ts';
import { type Body, checkBody, type Inline, plainText } from '../../../../src/core/model/body.ts';
import { processorMs } from '../../../kit/processor-time.ts';

const ENTITY_TYPES = [
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'code',
  'pre',
  'text_link',
  'url',
  'mention',
  'text_mention',
  'custom_emoji',
  'blockquote',
  'expandable_blockquote',
  'hashtag',
] as const;

const anyText = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '🙂', '中', '.', 'é'), maxLength: 60 });
const anyEntities = fc.array(
  fc.record({
    type: fc.constantFrom(...ENTITY_TYPES),
    offset: fc.integer({ min: -3, max: 70 }),
    length: fc.integer({ min: -3, max: 70 }),
    url: fc.constantFrom('https://example.com/', 'javascript:alert(1)', 'nonsense'),
    custom_emoji_id: fc.constant('123'),
    user: fc.constant({ id: 7 }),
  }),
  { maxLength: 8 },
);

const text = (value: string): Inline => ({ type: 'text', value });
const paragraph = (...children: Inline[]): Body => ({
  v: 1,
  tree: { type: 'root', children: [{ type: 'paragraph', children }] },
});

describe('entities to body', () => {
  test('every kind we know, as Telegram sends it', () => {
    const url = new URL('../../../fixtures/telegram/private-formatted.json', import.meta.url);
    const { message } = JSON.parse(readFileSync(url, 'utf8'));
    expect(bodyFromEntities(message.text, message.entities)).toEqual({
      v: 1,
      tree: {
        type: 'root',
        children: [
          {
            type: 'paragraph',
            children: [
              text('🙂 '),
              { type: 'strong', children: [text('bold')] },
              text(' '),
              { type: 'emphasis', children: [text('italic ')] },
              { type: 'strong', children: [{ type: 'emphasis', children: [text('both')] }] },
              text(' '),
              { type: 'inlineCode', value: 'code' },
            ],
          },
          { type: 'codeBlock', language: 'js', value: 'const a = 1;' },
          { type: 'blockquote', children: [{ type: 'paragraph', children: [text('quoted')] }] },
          {
            type: 'paragraph',
            children: [
              text('see '),
              { type: 'link', url: 'https://example.com/docs', children: [text('docs')] },
              text(' or '),
              { type: 'link', url: 'https://example.com', children: [text('https://example.com')] },
              text(' '),
              { type: 'mention', externalId: null, label: '@someone' },
              text(' '),
              { type: 'mention', externalId: '555009', label: 'Bob' },
              text(' '),
              { type: 'customEmoji', externalId: '5368324170671202286', fallback: '⭐' },
            ],
          },
        ],
      },
    });
  });

  test('whatever the entities, the tree is valid and holds the whole text', () => {
    fc.assert(
      fc.property(anyText, anyEntities, (value, entities) => {
        const body = bodyFromEntities(value, entities);
        if (body === null) return;
        expect(() => checkBody(body)).not.toThrow();
        const squeeze = (one: string): string => one.replaceAll('\n', '');
        expect(squeeze(plainText(body))).toBe(squeeze(value));
        expect(JSON.stringify(body)).not.toContain('javascript:');
        expect(JSON.stringify(body).isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a hostile number of entities is handled in passing', () => {
    const entities = Array.from({ length: 100_000 }, (_, index) => ({
      type: ENTITY_TYPES[index % ENTITY_TYPES.length],
      offset: index % 4_000,
      length: 90,
    }));
    expect(processorMs(() => bodyFromEntities('x'.repeat(4_096), entities))).toBeLessThan(500);
  });

  test('no entities, no body', () => {
    expect(bodyFromEntities('plain', undefined)).toBeNull();
    expect(bodyFromEntities('#tag', [{ type: 'hashtag', offset: 0, length: 4 }])).toBeNull();
  });
});

describe('body to parts', () => {
  const anyInline = fc.letrec<{ inline: Inline }>((tie) => ({
    inline: fc.oneof(
      { depthSize: 'small' },
      anyText.map(text),
      anyText.map((value): Inline => ({ type: 'inlineCode', value })),
      fc.record({
        type: fc.constantFrom('strong' as const, 'emphasis' as const, 'spoiler' as const),
        children: fc.array(tie('inline'), { maxLength: 3 }),
      }),
      fc.record({
        type: fc.constant('link' as const),
        url: fc.webUrl(),
        children: fc.array(tie('inline'), { maxLength: 2 }),
      }),
      anyText.map((label): Inline => ({ type: 'mention', externalId: '42', label })),
    ),
  })).inline;
  const anyBody: fc.Arbitrary<Body> = fc
    .array(
      fc.oneof(
        fc.array(anyInline, { maxLength: 40 }).map((children) => ({ type: 'paragraph' as const, children })),
        fc.nat(6_000).map((size) => ({ type: 'codeBlock' as const, language: 'js', value: 'x🙂'.repeat(size / 3) })),
        fc.array(anyInline, { maxLength: 5 }).map((children) => ({
          type: 'list' as const,
          ordered: true,
          children: [{ type: 'listItem' as const, children: [{ type: 'paragraph' as const, children }] }],
        })),
      ),
      { maxLength: 30 },
    )
    .map((children) => ({ v: 1, tree: { type: 'root', children } }));

  test('parts hold all the text in order, within the limits, with entities in range and never through a pair', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const whole = plainText(body);
        fc.pre(whole.trim() !== '');
        const parts = renderForTelegram({ text: '', body }).map(readPart);
        const squeeze = (value: string): string => value.replaceAll(/\s+/gu, '');
        expect(squeeze(parts.map((part) => part.text).join(''))).toBe(squeeze(whole));
        for (const part of parts) {
          expect(part.text.length).toBeLessThanOrEqual(4_096);
          expect(part.text).toBe(part.text.trim());
          expect(part.text.isWellFormed()).toBe(true);
          expect(part.entities?.length ?? 0).toBeLessThanOrEqual(100);
          for (const { offset, length } of part.entities ?? []) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(length).toBeGreaterThan(0);
            expect(offset + length).toBeLessThanOrEqual(part.text.length);
            expect(part.text.slice(offset, offset + length).isWellFormed()).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('no formatting is lost by splitting: every covered character stays covered', () => {
    const children: Inline[] = Array.from({ length: 450 }, (_, index) => ({
      type: index % 2 === 0 ? 'strong' : 'emphasis',
      children: [text(`word${index} `)],
    }));
    const parts = renderForTelegram({ text: '', body: paragraph(...children) }).map(readPart);
    const covered = parts.flatMap((part) =>
      (part.entities ?? []).map((entity) => part.text.slice(entity.offset, entity.offset + entity.length).trim()),
    );
    expect(covered).toEqual(children.map((_, index) => `word${index}`));
    expect(parts.every((part) => (part.entities?.length ?? 0) <= 100)).toBe(true);
  });

  test('the flat text is the plain text of the core', () => {
    fc.assert(
      fc.property(anyBody, (body) => expect(flattenBody(body).text).toBe(plainText(body))),
      { numRuns: 50 },
    );
  });

  // Addresses and @names go out as plain text: Telegram finds them by itself.
  test('received formatting sent back is the same formatting', () => {
    fc.assert(
      fc.property(anyText, anyEntities, (value, entities) => {
        const body = bodyFromEntities(
          value,
          entities.filter(({ type }) => type !== 'url' && type !== 'mention'),
        );
        fc.pre(body !== null && plainText(body) === value && value.trim() === value && value !== '');
        const [part] = renderForTelegram({ text: value, body }).map(readPart);
        expect(bodyFromEntities(part?.text ?? '', part?.entities)).toEqual(body);
      }),
      { numRuns: 300 },
    );
  });

  test('text that looks like markup goes out as it is', () => {
    expect(renderForTelegram({ text: '*not bold* <b>nor this</b> [x](y)' })).toEqual([
      { text: '*not bold* <b>nor this</b> [x](y)' },
    ]);
  });

  test('cuts prefer blocks, then sentences, then words, and keep whole graphemes', () => {
    const blocks = renderForTelegram({ text: `${'a '.repeat(1_500)}\n\n${'b '.repeat(1_500)}` }).map(readPart);
    expect(blocks.map((part) => part.text[0])).toEqual(['a', 'b']);
    const sentences = renderForTelegram({ text: `${'word '.repeat(700)}end. ${'next '.repeat(700)}` }).map(readPart);
    expect(sentences[0]?.text.endsWith('end.')).toBe(true);
    const family = renderForTelegram({ text: '👩‍👩‍👧‍👦'.repeat(600) }).map(readPart);
    for (const part of family) expect(part.text.length % '👩‍👩‍👧‍👦'.length).toBe(0);
  });

  test('nothing to say is refused by name', () => {
    expect(() => renderForTelegram({ text: ' \n\t ' })).toThrow(EmptyTextError);
    expect(() => renderForTelegram({ text: 'ignored', body: paragraph(text('  ')) })).toThrow(EmptyTextError);
  });
});
