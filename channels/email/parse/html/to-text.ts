import { LIMITS } from '../limits.ts';
import type { HtmlElement, HtmlNode } from './tree.ts';

/** What an element is to a reader who looks for new text. */
export type Role = 'text' | 'quote' | 'quote-rest' | 'signature' | 'hidden';

/** Begins a line that lies in a signature's element; stands in no mail, since private-use signs are taken out of its text. */
export const SIGNATURE_MARK = '\uE0F1';

const SKIPPED = new Set([
  'head',
  'script',
  'style',
  'title',
  'template',
  'object',
  'select',
  'noframes',
  'iframe',
  'xml',
  'audio',
  'video',
  'svg',
  'math',
]);
const PARAGRAPHS = new Set([
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'dl',
  'table',
  'hr',
  'blockquote',
  'pre',
  'fieldset',
]);
const BLOCKS = new Set([
  ...PARAGRAPHS,
  'div',
  'address',
  'article',
  'body',
  'caption',
  'center',
  'dd',
  'dt',
  'footer',
  'form',
  'header',
  'html',
  'li',
  'main',
  'section',
  'tbody',
  'tfoot',
  'thead',
  'tr',
  'menu',
  'nav',
  'figure',
  'legend',
]);

interface Writer {
  lines: string[];
  line: string;
  /** Something was put on the line, be it a blank that shows as an empty line. */
  touched: boolean;
  blankWanted: boolean;
  quoteDepth: number;
  signature: number;
  preDepth: number;
  restQuoted: boolean;
  length: number;
  /** Counters of open lists; null for bullets. */
  lists: (number | null)[];
  roleOf: (element: HtmlElement) => Role;
}

/**
 * HTML as a person reads it: blocks on lines of their own, paragraphs a blank line apart, quotes behind "> ", no addresses of links,
 * no pictures but emoji.
 * @param roleOf marks quotes and signatures; by default only `blockquote` is a quote
 */
export function htmlToText(root: HtmlElement, roleOf: (element: HtmlElement) => Role = plainRole): string {
  const writer: Writer = {
    lines: [],
    line: '',
    touched: false,
    blankWanted: false,
    quoteDepth: 0,
    signature: 0,
    preDepth: 0,
    restQuoted: false,
    length: 0,
    lists: [],
    roleOf,
  };
  for (const child of root.children) write(writer, child, root.tag);
  breakLine(writer);
  return writer.lines.join('\n').replace(/^\n+/, '').trimEnd();
}

/** Roles that hold for every reader. */
export function plainRole(element: HtmlElement): Role {
  if (isHidden(element)) return 'hidden';
  return element.tag === 'blockquote' ? 'quote' : 'text';
}

/** Not shown by a mail program: preview texts, content for other programs. */
export function isHidden(element: HtmlElement): boolean {
  if (SKIPPED.has(element.tag)) return true;
  const style = element.attributes['style'];
  if (style === undefined) return false;
  return /display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all/i.test(style.slice(0, 2_000));
}

function write(writer: Writer, node: HtmlNode, parent: string): void {
  if (writer.length > LIMITS.text) return;
  if (typeof node === 'string') {
    writeText(writer, node, parent);
    return;
  }
  const role = writer.roleOf(node);
  if (role === 'hidden') return;
  const { tag } = node;
  if (tag === 'br') {
    writer.touched = true;
    breakLine(writer);
    return;
  }
  if (tag === 'img') {
    const alt = node.attributes['alt'] ?? '';
    if (alt.length <= 8 && /\p{Extended_Pictographic}/u.test(alt)) put(writer, alt);
    return;
  }
  const block = BLOCKS.has(tag) || role !== 'text';
  const paragraph =
    PARAGRAPHS.has(tag) &&
    !/\bMso(?:Normal|ListParagraph|PlainText|NoSpacing)/.test(node.attributes['class'] ?? '') &&
    !/margin(?:-bottom)?:\s?0/.test(node.attributes['style']?.slice(0, 500) ?? '');
  if (block)
    endBlock(writer, paragraph && !(tag === 'table' && parent === 'td') && !(isList(tag) && writer.lists.length > 0));
  if (tag === 'td' || tag === 'th') separate(writer);
  enter(writer, node, role);
  for (const child of node.children) write(writer, child, tag);
  if (block) endBlock(writer, false);
  leave(writer, node, role);
  if (paragraph && !(isList(tag) && writer.lists.length > 0) && !(tag === 'table' && parent === 'td'))
    writer.blankWanted = true;
}

function isList(tag: string): boolean {
  return tag === 'ul' || tag === 'ol';
}

function enter(writer: Writer, { tag, attributes }: HtmlElement, role: Role): void {
  if (role === 'quote-rest') writer.restQuoted = true;
  if (role === 'quote') writer.quoteDepth += 1;
  if (role === 'signature') writer.signature += 1;
  if (tag === 'pre') writer.preDepth += 1;
  if (isList(tag)) writer.lists.push(tag === 'ol' ? Number.parseInt(attributes['start'] ?? '1', 10) || 1 : null);
  if (tag === 'li') {
    const last = writer.lists.length - 1;
    const number = writer.lists[last];
    put(writer, typeof number === 'number' ? `${number}. ` : '* ');
    if (typeof number === 'number') writer.lists[last] = number + 1;
  }
}

function leave(writer: Writer, { tag }: HtmlElement, role: Role): void {
  if (role === 'quote') writer.quoteDepth -= 1;
  if (role === 'signature') writer.signature -= 1;
  if (tag === 'pre') writer.preDepth -= 1;
  if (isList(tag)) writer.lists.pop();
}

function writeText(writer: Writer, text: string, parent: string): void {
  const plain = text.replaceAll(/[\uE0F0-\uE0FF\uFEFF]/g, '');
  if (writer.preDepth > 0) {
    const pieces = plain.replaceAll('\r', '').split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        writer.touched = true;
        breakLine(writer);
      }
      if (piece !== '') put(writer, piece);
    }
    return;
  }
  let collapsed = plain.replaceAll(/[ \t\r\n\f]+/g, ' ').replaceAll('\u00A0', ' ');
  if (collapsed === '') return;
  if (collapsed === ' ' && !plain.includes('\u00A0')) {
    // White space between blocks is nothing; between words it is one blank.
    if (writer.line !== '' && !writer.line.endsWith(' ') && parent !== 'table' && parent !== 'tr') put(writer, ' ');
    return;
  }
  if ((writer.line === '' || writer.line.endsWith(' ')) && /^[ \t\r\n\f]/.test(plain)) collapsed = collapsed.slice(1);
  put(writer, collapsed);
}

function put(writer: Writer, text: string): void {
  if (text === '') return;
  if (writer.blankWanted && !writer.touched) {
    const last = writer.lines[writer.lines.length - 1];
    if (last !== undefined && last.replaceAll(/[>\s]/g, '') !== '') writer.lines.push('');
    writer.blankWanted = false;
  }
  writer.line += text;
  writer.touched = true;
  writer.length += text.length;
}

function separate(writer: Writer): void {
  if (writer.line !== '' && !writer.line.endsWith(' ')) writer.line += ' ';
}

function breakLine(writer: Writer): void {
  if (!writer.touched) return;
  const depth = writer.quoteDepth + (writer.restQuoted ? 1 : 0);
  const text = writer.preDepth > 0 ? writer.line.trimEnd() : writer.line.trim();
  const mark = writer.signature > 0 && depth === 0 ? SIGNATURE_MARK : '';
  writer.lines.push(depth === 0 ? mark + text : `${'>'.repeat(Math.min(depth, 20))} ${text}`.trimEnd());
  writer.line = '';
  writer.touched = false;
  // An empty line already stands for a paragraph's gap.
  if (text === '') writer.blankWanted = false;
}

function endBlock(writer: Writer, blank: boolean): void {
  // A paragraph right behind a bullet stands beside it.
  if (/^(?:\* |\d{1,6}\. )$/.test(writer.line)) return;
  breakLine(writer);
  if (blank) writer.blankWanted = true;
}
