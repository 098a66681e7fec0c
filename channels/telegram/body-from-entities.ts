import type { Block, Body, Inline } from '../../src/core/model/body.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import { wholeCharacter } from '../shared/split-text.ts';

/** More than Telegram ever sends on one message; what lies beyond is shown without formatting. */
const MAX_RECEIVED_ENTITIES = 500;
const MAX_URL_LENGTH = 4_096;
/** What a link in a message may open. Anything else keeps its text and loses its target. */
const LINK_SCHEMES = new Set(['http:', 'https:', 'tg:', 'ton:', 'mailto:', 'tel:']);

const MARKS = {
  bold: 'strong',
  italic: 'emphasis',
  underline: 'underline',
  strikethrough: 'strikethrough',
  spoiler: 'spoiler',
} as const;
type MarkType = (typeof MARKS)[keyof typeof MARKS];
/** The order in which marks nest, so that the same formatting always gives the same tree. */
const MARK_ORDER: readonly MarkType[] = ['spoiler', 'strong', 'emphasis', 'underline', 'strikethrough'];

type Style =
  | { kind: 'mark'; mark: MarkType }
  | { kind: 'link'; url: string }
  | { kind: 'code' }
  | { kind: 'mention'; externalId: string | null }
  | { kind: 'customEmoji'; externalId: string }
  | { kind: 'codeBlock'; language: string | null }
  | { kind: 'quote'; collapsed: boolean };

interface Span {
  start: number;
  end: number;
  style: Style;
}

/**
 * Builds the body tree of a received text, or null when nothing of it is formatted. Entities come from strangers: those
 * out of range are clipped or dropped, overlapping ones are cut at each other's ends, offsets inside a surrogate pair
 * move before it. Offsets are UTF-16 units, as JavaScript counts.
 */
export function bodyFromEntities(text: string, entities: unknown): Body | null {
  const spans = readSpans(text, entities);
  if (spans.length === 0) return null;
  const inline = spans.filter((span) => span.style.kind !== 'codeBlock' && span.style.kind !== 'quote');
  const children: Block[] = [];
  let at = 0;
  for (const block of disjoint(spans.filter((span) => !inline.includes(span)))) {
    // The line break between a block and the text around it is what separates them in the tree.
    pushParagraph(children, text, at, block.start - (text[block.start - 1] === '\n' ? 1 : 0), inline);
    children.push(blockOf(text, block, inline));
    at = block.end + (text[block.end] === '\n' ? 1 : 0);
  }
  pushParagraph(children, text, at, text.length, inline);
  return { v: 1, tree: { type: 'root', children } };
}

function readSpans(text: string, entities: unknown): Span[] {
  if (!Array.isArray(entities)) return [];
  const spans: Span[] = [];
  for (const entity of entities.slice(0, MAX_RECEIVED_ENTITIES)) {
    const fields = recordOf(entity);
    const offset = integerOf(fields?.['offset']);
    const length = integerOf(fields?.['length']);
    if (fields === null || offset === null || length === null || offset < 0 || length <= 0) continue;
    const start = wholeCharacter(text, Math.min(offset, text.length));
    const end = wholeCharacter(text, Math.min(offset + length, text.length));
    if (end <= start) continue;
    const style = styleOf(fields, text.slice(start, end));
    if (style !== null) spans.push({ start, end, style });
  }
  return spans;
}

function styleOf(entity: Readonly<Record<string, unknown>>, covered: string): Style | null {
  switch (entity['type']) {
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strikethrough':
    case 'spoiler':
      return { kind: 'mark', mark: MARKS[entity['type']] };
    case 'code':
      return { kind: 'code' };
    case 'pre':
      return { kind: 'codeBlock', language: stringOf(entity['language'])?.toWellFormed() || null };
    case 'blockquote':
      return { kind: 'quote', collapsed: false };
    case 'expandable_blockquote':
      return { kind: 'quote', collapsed: true };
    case 'text_link':
      return linkTo(stringOf(entity['url']));
    case 'url':
      return linkTo(/^[a-z][a-z0-9+.-]*:/iu.test(covered) ? covered : `https://${covered}`);
    case 'mention':
      return { kind: 'mention', externalId: null };
    case 'text_mention': {
      const id = integerOf(recordOf(entity['user'])?.['id']);
      return id === null ? null : { kind: 'mention', externalId: String(id) };
    }
    case 'custom_emoji': {
      const id = stringOf(entity['custom_emoji_id']);
      return id === null ? null : { kind: 'customEmoji', externalId: id.toWellFormed() };
    }
    default:
      return null;
  }
}

function linkTo(url: string | null): Style | null {
  if (url === null || url.length > MAX_URL_LENGTH || !URL.canParse(url)) return null;
  return LINK_SCHEMES.has(new URL(url).protocol) ? { kind: 'link', url: url.toWellFormed() } : null;
}

/** Blocks in order, later ones cut where an earlier one still goes on. */
function disjoint(blocks: Span[]): Span[] {
  const ordered = blocks.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Span[] = [];
  let at = 0;
  for (const block of ordered) {
    if (block.end <= at) continue;
    result.push({ ...block, start: Math.max(block.start, at) });
    at = block.end;
  }
  return result;
}

function blockOf(text: string, block: Span, inline: readonly Span[]): Block {
  if (block.style.kind === 'codeBlock') {
    return { type: 'codeBlock', language: block.style.language, value: text.slice(block.start, block.end) };
  }
  const children: Block[] = [{ type: 'paragraph', children: inlineNodes(text, block.start, block.end, inline) }];
  const collapsed = block.style.kind === 'quote' && block.style.collapsed;
  return collapsed ? { type: 'blockquote', collapsed, children } : { type: 'blockquote', children };
}

function pushParagraph(blocks: Block[], text: string, start: number, end: number, inline: readonly Span[]): void {
  if (end > start) blocks.push({ type: 'paragraph', children: inlineNodes(text, start, end, inline) });
}

/** The text between two offsets as nodes: one run per stretch over which the formatting stays the same. */
function inlineNodes(text: string, start: number, end: number, spans: readonly Span[]): Inline[] {
  const here = spans.filter((span) => span.start < end && span.end > start);
  const cuts = new Set([start, end]);
  for (const span of here) {
    cuts.add(Math.max(span.start, start));
    cuts.add(Math.min(span.end, end));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  const nodes: Inline[] = [];
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1];
    if (to === undefined) break;
    const styles = here.filter((span) => span.start <= from && span.end >= to).map((span) => span.style);
    appendRun(nodes, leafNodes(text.slice(from, to), styles), wrappersOf(styles));
  }
  return nodes;
}

type Wrapper = { type: 'link'; url: string } | { type: MarkType };

function wrappersOf(styles: readonly Style[]): Wrapper[] {
  const wrappers: Wrapper[] = [];
  const link = styles.find((style) => style.kind === 'link');
  if (link?.kind === 'link') wrappers.push({ type: 'link', url: link.url });
  for (const mark of MARK_ORDER) {
    if (styles.some((style) => style.kind === 'mark' && style.mark === mark)) wrappers.push({ type: mark });
  }
  return wrappers;
}

function leafNodes(text: string, styles: readonly Style[]): Inline[] {
  const leaf = styles.find((style) => ['code', 'mention', 'customEmoji'].includes(style.kind));
  if (leaf?.kind === 'code') return [{ type: 'inlineCode', value: text }];
  if (leaf?.kind === 'mention') return [{ type: 'mention', externalId: leaf.externalId, label: text }];
  if (leaf?.kind === 'customEmoji') return [{ type: 'customEmoji', externalId: leaf.externalId, fallback: text }];
  return text.split('\n').flatMap((line, index): Inline[] => {
    const value: Inline[] = line === '' ? [] : [{ type: 'text', value: line }];
    return index === 0 ? value : [{ type: 'break' }, ...value];
  });
}

/** Adds a run under its wrappers, going on in the last node where that is wrapped the same way. */
function appendRun(nodes: Inline[], run: readonly Inline[], wrappers: readonly Wrapper[]): void {
  const [outer, ...inner] = wrappers;
  const last = nodes.at(-1);
  if (outer === undefined) {
    for (const node of run) pushJoined(nodes, node);
    return;
  }
  if (outer.type === 'link') {
    if (last?.type === 'link' && last.url === outer.url) return appendRun(last.children, run, inner);
    const node = { type: 'link' as const, url: outer.url, children: [] };
    nodes.push(node);
    return appendRun(node.children, run, inner);
  }
  if (last?.type === outer.type) return appendRun(last.children, run, inner);
  const node = { type: outer.type, children: [] };
  nodes.push(node);
  return appendRun(node.children, run, inner);
}

/** Adds a leaf, as part of the last one where both are plain text or both code. */
function pushJoined(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  const joins =
    (last?.type === 'text' && node.type === 'text') || (last?.type === 'inlineCode' && node.type === 'inlineCode');
  if (joins) nodes[nodes.length - 1] = { type: last.type, value: last.value + node.value };
  else nodes.push(node);
}
