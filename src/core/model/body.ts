import { z } from 'zod';

/**
 * Formatted text as we store it: a closed union of mdast-shaped nodes of ours. Plain messages have no body.
 * Blocks hold inline nodes; nothing here is ever parsed from a customer's Markdown: channels build it from what the
 * platform says about formatting (Telegram entities, mail HTML, Discord Markdown).
 */
export type Inline =
  | { type: 'text'; value: string }
  | { type: 'break' }
  | { type: 'strong' | 'emphasis' | 'underline' | 'strikethrough' | 'spoiler'; children: Inline[] }
  | { type: 'inlineCode'; value: string }
  | { type: 'link'; url: string; children: Inline[] }
  | { type: 'mention'; externalId: string | null; label: string }
  | { type: 'customEmoji'; externalId: string; fallback: string };

export type Block =
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'heading'; depth: 1 | 2 | 3; children: Inline[] }
  | { type: 'blockquote'; collapsed?: boolean; children: Block[] }
  | { type: 'list'; ordered: boolean; start?: number; children: ListItem[] }
  | { type: 'codeBlock'; language: string | null; value: string }
  | { type: 'thematicBreak' };

export interface ListItem {
  type: 'listItem';
  children: Block[];
}

export interface Root {
  type: 'root';
  children: Block[];
}

/** The stored form; `v` is the version of the node union. */
export interface Body {
  v: 1;
  tree: Root;
}

/** How deep a tree may nest; deeper input is flattened by the channel before it gets here. */
export const MAX_BODY_DEPTH = 16;

const inline: z.ZodType<Inline> = z.lazy(() =>
  z.union([
    z.strictObject({ type: z.literal('text'), value: z.string() }),
    z.strictObject({ type: z.literal('break') }),
    z.strictObject({
      type: z.enum(['strong', 'emphasis', 'underline', 'strikethrough', 'spoiler']),
      children: z.array(inline),
    }),
    z.strictObject({ type: z.literal('inlineCode'), value: z.string() }),
    z.strictObject({ type: z.literal('link'), url: z.string().max(4096), children: z.array(inline) }),
    z.strictObject({ type: z.literal('mention'), externalId: z.string().nullable(), label: z.string() }),
    z.strictObject({ type: z.literal('customEmoji'), externalId: z.string(), fallback: z.string() }),
  ]),
) as z.ZodType<Inline>;

const block: z.ZodType<Block> = z.lazy(() =>
  z.union([
    z.strictObject({ type: z.literal('paragraph'), children: z.array(inline) }),
    z.strictObject({
      type: z.literal('heading'),
      depth: z.union([z.literal(1), z.literal(2), z.literal(3)]),
      children: z.array(inline),
    }),
    z.strictObject({ type: z.literal('blockquote'), collapsed: z.boolean().optional(), children: z.array(block) }),
    z.strictObject({
      type: z.literal('list'),
      ordered: z.boolean(),
      start: z.int().optional(),
      children: z.array(z.strictObject({ type: z.literal('listItem'), children: z.array(block) })),
    }),
    z.strictObject({ type: z.literal('codeBlock'), language: z.string().nullable(), value: z.string() }),
    z.strictObject({ type: z.literal('thematicBreak') }),
  ]),
) as z.ZodType<Block>;

const body = z.strictObject({
  v: z.literal(1),
  tree: z.strictObject({ type: z.literal('root'), children: z.array(block) }),
});

function depthOf(node: { children?: readonly unknown[] }): number {
  let deepest = 0;
  for (const child of node.children ?? []) deepest = Math.max(deepest, depthOf(child as { children?: unknown[] }));
  return deepest + 1;
}

/**
 * Checks a tree before it is written. @throws {Error} naming the path of the first node that does not fit.
 */
export function checkBody(value: unknown): Body {
  const result = body.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`body does not fit the node union at ${issue?.path.join('.') || 'root'}: ${issue?.message ?? '?'}`);
  }
  if (depthOf(result.data.tree) > MAX_BODY_DEPTH) throw new Error(`body nests deeper than ${MAX_BODY_DEPTH} levels`);
  return result.data;
}

function inlineText(nodes: readonly Inline[]): string {
  let text = '';
  for (const node of nodes) {
    switch (node.type) {
      case 'text':
      case 'inlineCode':
        text += node.value;
        break;
      case 'break':
        text += '\n';
        break;
      case 'mention':
        text += node.label;
        break;
      case 'customEmoji':
        text += node.fallback;
        break;
      default:
        text += inlineText(node.children);
    }
  }
  return text;
}

function blockText(node: Block): string {
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return inlineText(node.children);
    case 'blockquote':
      return node.children.map(blockText).join('\n');
    case 'list':
      return node.children
        .map((item, index) => {
          const mark = node.ordered ? `${(node.start ?? 1) + index}. ` : '• ';
          return mark + item.children.map(blockText).join('\n');
        })
        .join('\n');
    case 'codeBlock':
      return node.value;
    case 'thematicBreak':
      return '———';
  }
}

/** The tree as plain text: what search, previews and channels without formatting use. */
export function plainText(value: Body): string {
  return value.tree.children.map(blockText).join('\n');
}
