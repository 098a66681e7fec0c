import { type Block, type Body, type Inline, plainText } from '../../../src/core/model/body.ts';
import { type NameOf, parseInline } from './parse-inline.ts';

export type { NameOf } from './parse-inline.ts';

/** Longer texts than any client can write (4,000 with a subscription) are not looked at for formats. */
const MAX_FORMATTED = 8_000;

const FENCE = /```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```/iuy;
const QUOTE_REST = /[^\S\n]*>>> ([\s\S]*)/uy;
const QUOTE = /[^\S\n]*> [^\n]*(?:\n[^\S\n]*> [^\n]*)*(?:\n|$)/uy;
const HEADING = /[^\S\n]*(#{1,3})[^\S\n]+([^\n]+?)[^\S\n]*(?:\n|$)/uy;
const SMALL = /[^\S\n]*-#[^\S\n]+([^\n]+)(?:\n|$)/uy;
const ITEM = /[^\S\n]*(?:[*+-]|(\d{1,9})\.)[^\S\n]+([^\n]+)(?:\n|$)/uy;
const QUOTE_MARK = /^[^\S\n]*> /gmu;
const INLINE_CODE = /(`+)([\s\S]*?[^`])\1(?!`)/uy;

/** What a text of Discord's Markdown says. */
export interface ReadText {
  /** As it is seen. */
  text: string;
  /** Null when nothing of it is formatted. */
  body: Body | null;
}

/** Reads a message's content as Discord's clients show it. Pure; never throws. */
export function parseMarkdown(content: string, nameOf: NameOf): ReadText {
  const source = content.replaceAll(/\r\n?/gu, '\n');
  if (source.length > MAX_FORMATTED) return { text: source, body: null };
  const body: Body = { v: 1, tree: { type: 'root', children: parseBlocks(source, nameOf, false) } };
  const text = plainText(body);
  return { text, body: body.tree.children.some(isFormatted) ? body : null };
}

function isFormatted(block: Block): boolean {
  return block.type !== 'paragraph' || block.children.some((node) => node.type !== 'text');
}

function parseBlocks(source: string, nameOf: NameOf, quoted: boolean): Block[] {
  const blocks: Block[] = [];
  let paragraph = '';
  let position = 0;
  let lineStart = true;
  const flush = (before: boolean): void => {
    // The line break between two blocks is what separates them in the tree.
    const text = before && paragraph.endsWith('\n') ? paragraph.slice(0, -1) : paragraph;
    if (paragraph !== '') blocks.push({ type: 'paragraph', children: parseInline(text, nameOf) });
    paragraph = '';
  };
  while (position < source.length) {
    const block = lineStart ? blockAt(source, position, nameOf, quoted) : null;
    if (block !== null) {
      flush(true);
      addBlock(blocks, block.block);
      position = block.end;
      continue;
    }
    const lineEnd = source.indexOf('\n', position);
    const until = lineEnd < 0 ? source.length : lineEnd + 1;
    const fence = fenceIn(source, position, until);
    if (fence === null) {
      paragraph += source.slice(position, until);
      position = until;
      lineStart = true;
      continue;
    }
    paragraph += source.slice(position, fence.index);
    flush(true);
    blocks.push({ type: 'codeBlock', language: fence[1] ?? null, value: fence[2] ?? '' });
    position = fence.index + fence[0].length;
    lineStart = source.charAt(position) === '\n';
    if (lineStart) position += 1;
  }
  flush(false);
  return blocks;
}

/** Items that follow each other are one list. */
function addBlock(blocks: Block[], block: Block): void {
  const last = blocks.at(-1);
  if (block.type === 'list' && last?.type === 'list' && last.ordered === block.ordered) {
    last.children.push(...block.children);
  } else blocks.push(block);
}

function at(rule: RegExp, source: string, position: number): RegExpExecArray | null {
  rule.lastIndex = position;
  return rule.exec(source);
}

function blockAt(
  source: string,
  position: number,
  nameOf: NameOf,
  quoted: boolean,
): { block: Block; end: number } | null {
  const inline = (text: string | undefined): Inline[] => parseInline(text ?? '', nameOf);
  const found = (match: RegExpExecArray, block: Block) => ({ block, end: position + match[0].length });
  if (!quoted) {
    const rest = at(QUOTE_REST, source, position);
    if (rest !== null) {
      return found(rest, { type: 'blockquote', children: parseBlocks(rest[1] ?? '', nameOf, true) });
    }
    const quote = at(QUOTE, source, position);
    if (quote !== null) {
      const said = quote[0].replace(/\n$/u, '').replaceAll(QUOTE_MARK, '');
      return found(quote, { type: 'blockquote', children: parseBlocks(said, nameOf, true) });
    }
  }
  const heading = at(HEADING, source, position);
  if (heading !== null) {
    const depth = heading[1]?.length;
    return found(heading, {
      type: 'heading',
      depth: depth === 1 || depth === 2 ? depth : 3,
      children: inline(heading[2]),
    });
  }
  const small = at(SMALL, source, position);
  if (small !== null) return found(small, { type: 'paragraph', children: inline(small[1]) });
  const item = at(ITEM, source, position);
  if (item === null) return null;
  const [, number] = item;
  return found(item, {
    type: 'list',
    ordered: number !== undefined,
    ...(number === undefined ? {} : { start: Number(number) }),
    children: [{ type: 'listItem', children: [{ type: 'paragraph', children: inline(item[2]) }] }],
  });
}

/** The first code block that begins between two offsets; escaped marks and inline code begin none. */
function fenceIn(source: string, from: number, until: number): RegExpExecArray | null {
  let position = from;
  while (position < until) {
    const mark = source.charAt(position);
    if (mark === '\\') position += 2;
    else if (mark === '`') {
      const fence = at(FENCE, source, position);
      if (fence !== null) return fence;
      const run = at(/`+/uy, source, position)?.[0].length ?? 1;
      position += at(INLINE_CODE, source, position)?.[0].length ?? run;
    } else position += 1;
  }
  return null;
}
