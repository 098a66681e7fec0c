import type { Block, Body, Inline } from '../../../src/core/model/body.ts';

/** What lies over a stretch of text. Marks are inline; blocks are quotes, headings and code. */
export type Cover =
  | { type: 'spoiler' | 'strong' | 'emphasis' | 'underline' | 'strikethrough' }
  | { type: 'inlineCode' }
  | { type: 'link'; url: string }
  /** Written as it is, without escaping: a mention, an emoji of a server. */
  | { type: 'raw'; markdown: string }
  | { type: 'quote' }
  | { type: 'heading'; depth: 1 | 2 | 3 }
  | { type: 'codeBlock'; language: string | null };

/** A {@link Cover} with its place; offsets in UTF-16 units, `end` exclusive. */
export type Span = Cover & { start: number; end: number };

/** Text and formatting of a whole message, before it is split. */
export interface FlatText {
  text: string;
  spans: readonly Span[];
  /** Offsets at which blocks end, ascending. */
  blockEnds: readonly number[];
}

interface Flattening {
  text: string;
  spans: Span[];
  blockEnds: number[];
}

const SNOWFLAKE = /^\d{1,20}$/u;
const EMOJI_NAME = /^:?(\w{1,32}):?$/u;

/** A text without formatting. */
export function flattenText(text: string): FlatText {
  return { text: oneLineBreak(text), spans: [], blockEnds: [] };
}

/** Flattens a body tree; the text is what core's `plainText` gives. */
export function flattenBody(body: Body): FlatText {
  const out: Flattening = { text: '', spans: [], blockEnds: [] };
  blocks(out, body.tree.children);
  return out;
}

function oneLineBreak(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/gu, '\n');
}

function blocks(out: Flattening, nodes: readonly Block[]): void {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) out.text += '\n';
    block(out, node);
    out.blockEnds.push(out.text.length);
  }
}

function block(out: Flattening, node: Block): void {
  switch (node.type) {
    case 'paragraph':
      return inlines(out, node.children);
    case 'heading':
      return cover(out, { type: 'heading', depth: node.depth }, () => inlines(out, node.children));
    case 'blockquote':
      return cover(out, { type: 'quote' }, () => blocks(out, node.children));
    case 'list':
      for (const [index, item] of node.children.entries()) {
        if (index > 0) out.text += '\n';
        out.text += node.ordered ? `${(node.start ?? 1) + index}. ` : '• ';
        blocks(out, item.children);
        out.blockEnds.push(out.text.length);
      }
      return;
    case 'codeBlock':
      return cover(out, { type: 'codeBlock', language: node.language }, () => append(out, node.value));
    case 'thematicBreak':
      return append(out, '———');
  }
}

function inlines(out: Flattening, nodes: readonly Inline[]): void {
  for (const node of nodes) inline(out, node);
}

function inline(out: Flattening, node: Inline): void {
  switch (node.type) {
    case 'text':
      return append(out, node.value);
    case 'break':
      return append(out, '\n');
    case 'inlineCode':
      return cover(out, { type: 'inlineCode' }, () => append(out, node.value));
    case 'mention': {
      // Shown as the person's name; nobody is called by it, since calls allow no mentions.
      const known = node.externalId !== null && SNOWFLAKE.test(node.externalId);
      return known
        ? cover(out, { type: 'raw', markdown: `<@${node.externalId}>` }, () => append(out, node.label))
        : append(out, node.label);
    }
    case 'customEmoji': {
      const name = EMOJI_NAME.exec(node.fallback)?.[1];
      return name !== undefined && SNOWFLAKE.test(node.externalId)
        ? cover(out, { type: 'raw', markdown: `<:${name}:${node.externalId}>` }, () => append(out, node.fallback))
        : append(out, node.fallback);
    }
    case 'link':
      return cover(out, { type: 'link', url: node.url }, () => inlines(out, node.children));
    default:
      return cover(out, { type: node.type }, () => inlines(out, node.children));
  }
}

function append(out: Flattening, value: string): void {
  out.text += oneLineBreak(value);
}

function cover(out: Flattening, kind: Cover, write: () => void): void {
  const start = out.text.length;
  write();
  if (out.text.length > start) out.spans.push({ ...kind, start, end: out.text.length });
}
