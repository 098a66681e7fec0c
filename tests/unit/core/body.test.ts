import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Block,
  type Body,
  checkBody,
  type Inline,
  MAX_BODY_DEPTH,
  plainText,
} from '../../../src/core/model/body.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });

const { block } = fc.letrec<{ inline: Inline; block: Block }>((tie) => {
  const inlines = fc.array(tie('inline'), { maxLength: 3 });
  const blocks = fc.array(tie('block'), { maxLength: 3 });
  const collapsed = fc.option(fc.boolean(), { nil: undefined });
  const start = fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined });
  return {
    inline: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'inline' },
      text.map((value): Inline => ({ type: 'text', value })),
      fc.constant<Inline>({ type: 'break' }),
      text.map((value): Inline => ({ type: 'inlineCode', value })),
      fc.record({ type: fc.constant('mention' as const), externalId: fc.option(text), label: text }),
      fc.record({ type: fc.constant('customEmoji' as const), externalId: text, fallback: text }),
      fc.record({
        type: fc.constantFrom('strong', 'emphasis', 'underline', 'strikethrough', 'spoiler'),
        children: inlines,
      }),
      fc.record({ type: fc.constant('link' as const), url: fc.webUrl(), children: inlines }),
    ),
    block: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'block' },
      fc.record({ type: fc.constant('paragraph' as const), children: inlines }),
      fc.record({ type: fc.constant('heading' as const), depth: fc.constantFrom(1, 2, 3), children: inlines }),
      fc.record({ type: fc.constant('codeBlock' as const), language: fc.option(text), value: text }),
      fc.constant<Block>({ type: 'thematicBreak' }),
      fc.tuple(collapsed, blocks).map(
        ([folded, children]): Block => ({
          type: 'blockquote',
          ...(folded === undefined ? {} : { collapsed: folded }),
          children,
        }),
      ),
      fc.tuple(fc.boolean(), start, fc.array(blocks, { maxLength: 3 })).map(
        ([ordered, from, items]): Block => ({
          type: 'list',
          ordered,
          ...(from === undefined ? {} : { start: from }),
          children: items.map((children) => ({ type: 'listItem', children })),
        }),
      ),
    ),
  };
});

const body: fc.Arbitrary<Body> = fc
  .array(block, { maxLength: 4 })
  .map((children) => ({ v: 1, tree: { type: 'root', children } }));

/** Every object of a tree, the outermost first. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

const breaks: readonly ((node: Record<string, unknown>) => void)[] = [
  (node) => (node['unknown'] = 1),
  (node) => delete node['type' in node ? 'type' : 'v'],
  (node) => (node['type' in node ? 'type' : 'v'] = 'script'),
  (node) => {
    for (const key of Object.keys(node)) if (key !== 'collapsed' && key !== 'start') node[key] = { nested: true };
  },
];

function quotes(depth: number): Body {
  let inner: Block[] = [];
  for (let level = 0; level < depth; level += 1) inner = [{ type: 'blockquote', children: inner }];
  return { v: 1, tree: { type: 'root', children: inner } };
}

describe('checkBody', () => {
  test('accepts every tree of the union and returns it unchanged', () => {
    fc.assert(fc.property(body, (tree) => expect(checkBody(structuredClone(tree))).toEqual(tree)));
  });

  test('refuses a tree with one node broken, wherever it stands', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.nat(breaks.length - 1), (tree, at, how) => {
        const broken = structuredClone(tree);
        const nodes = objectsIn(broken);
        const node = nodes[at % nodes.length];
        if (node === undefined) throw new Error('a body is at least one object');
        breaks[how]?.(node);
        expect(() => checkBody(broken)).toThrow('body does not fit the node union');
      }),
    );
  });

  test('refuses values that are no body at all', () => {
    fc.assert(fc.property(fc.anything(), (value) => expect(() => checkBody(value)).toThrow()));
  });

  test('allows nesting up to the limit and not beyond', () => {
    expect(checkBody(quotes(MAX_BODY_DEPTH - 1))).toEqual(quotes(MAX_BODY_DEPTH - 1));
    expect(() => checkBody(quotes(MAX_BODY_DEPTH))).toThrow(`deeper than ${MAX_BODY_DEPTH}`);
  });

  test('refuses an address beyond 4,096 characters', () => {
    const link = (url: string): unknown => ({
      v: 1,
      tree: { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'link', url, children: [] }] }] },
    });
    expect(() => checkBody(link(`https://${'a'.repeat(4_088)}`))).not.toThrow();
    expect(() => checkBody(link(`https://${'a'.repeat(4_089)}`))).toThrow('body does not fit');
  });
});

describe('plainText', () => {
  test('holds every word of the tree, in order', () => {
    fc.assert(
      fc.property(body, (tree) => {
        const plain = plainText(tree);
        let from = 0;
        for (const node of objectsIn(tree.tree)) {
          const word = node['value'] ?? node['label'] ?? node['fallback'];
          if (typeof word !== 'string') continue;
          const at = plain.indexOf(word, from);
          expect(at).toBeGreaterThanOrEqual(0);
          from = at + word.length;
        }
      }),
    );
  });

  test('shows lists, breaks and rules as people write them', () => {
    const item = (value: string) => ({
      type: 'listItem' as const,
      children: [{ type: 'paragraph' as const, children: [{ type: 'text' as const, value }] }],
    });
    const tree: Body = {
      v: 1,
      tree: {
        type: 'root',
        children: [
          { type: 'list', ordered: true, start: 3, children: [item('c'), item('d')] },
          { type: 'list', ordered: false, children: [item('x')] },
          { type: 'thematicBreak' },
          {
            type: 'paragraph',
            children: [{ type: 'text', value: 'a' }, { type: 'break' }, { type: 'text', value: 'b' }],
          },
        ],
      },
    };
    expect(plainText(tree)).toBe('3. c\n4. d\n• x\n———\na\nb');
  });
});
