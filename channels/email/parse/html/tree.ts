import { LIMITS } from '../limits.ts';
import { decodeEntities } from './entities.ts';

/** An element as far as reading mail needs one. */
export interface HtmlElement {
  tag: string;
  /** Lower-case names; values decoded. */
  attributes: Readonly<Record<string, string>>;
  children: HtmlNode[];
}

/** A piece of text (decoded) or an element. */
export type HtmlNode = string | HtmlElement;

const VOID = new Set([
  'br',
  'img',
  'hr',
  'meta',
  'link',
  'input',
  'area',
  'base',
  'col',
  'embed',
  'param',
  'source',
  'track',
  'wbr',
  'basefont',
  'bgsound',
  'frame',
  'keygen',
]);
/** Their content is no markup. */
const RAW = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'noembed', 'noframes', 'iframe']);
const CLOSES: Readonly<Record<string, readonly string[]>> = {
  li: ['li'],
  dt: ['dt', 'dd'],
  dd: ['dt', 'dd'],
  tr: ['tr', 'td', 'th'],
  td: ['td', 'th'],
  th: ['td', 'th'],
  option: ['option'],
  p: ['p'],
  thead: ['tr', 'td', 'th'],
  tbody: ['tr', 'td', 'th', 'thead', 'tbody'],
  tfoot: ['tr', 'td', 'th', 'tbody'],
};
/** An open p ends where one of these begins. */
const BLOCKS = new Set([
  'address',
  'blockquote',
  'center',
  'div',
  'dl',
  'fieldset',
  'form',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'menu',
  'ol',
  'pre',
  'table',
  'ul',
  'section',
  'article',
  'header',
  'footer',
]);
/** What an implied end does not reach across. */
const WALLS = new Set(['table', 'div', 'blockquote', 'ul', 'ol', 'dl', 'body', 'html', '#root']);
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9:_-]{0,60})/y;
const ATTRIBUTE = /[\s/]*([^\s=>/"'][^\s=>/]{0,100})(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/y;

/** Reads HTML as browsers roughly do, in linear time; never throws. What is nested too deeply lies beside its neighbours. */
export function parseHtml(html: string): HtmlElement {
  const root: HtmlElement = { tag: '#root', attributes: {}, children: [] };
  const stack: HtmlElement[] = [root];
  const top = (): HtmlElement => stack[stack.length - 1] ?? root;
  // What is never closed is searched for once, not once for each opening.
  const unclosed = new Set<string>();
  let elements = 0;
  let at = 0;
  while (at < html.length) {
    let open = html.indexOf('<', at);
    if (open === -1) open = html.length;
    if (open > at) addText(top(), decodeEntities(html.slice(at, open)));
    if (open === html.length) break;
    at = open;
    const next = html.charCodeAt(at + 1);
    // Comments, conditional comments, doctypes, processing instructions.
    if (next === 33 || next === 63) {
      at = skipDeclaration(html, at, unclosed);
      continue;
    }
    TAG.lastIndex = at;
    const match = TAG.exec(html);
    if (match === null) {
      addText(top(), '<');
      at += 1;
      continue;
    }
    const tag = (match[2] ?? '').toLowerCase();
    const read = readAttributes(html, at + match[0].length, match[1] === '');
    at = read.end;
    if (match[1] === '/') {
      closeTag(stack, tag);
      continue;
    }
    elements += 1;
    if (elements > LIMITS.htmlElements && !RAW.has(tag)) continue;
    closeImplied(stack, tag);
    const element: HtmlElement = { tag, attributes: read.attributes, children: [] };
    top().children.push(element);
    if (RAW.has(tag)) {
      const end = rawEnd(html, at, tag, unclosed);
      if (tag === 'textarea' || tag === 'xmp') addText(element, html.slice(at, end.text));
      at = end.behind;
    } else if (!VOID.has(tag) && !read.selfClosing && stack.length < LIMITS.htmlDepth) stack.push(element);
  }
  return root;
}

function addText(parent: HtmlElement, text: string): void {
  const last = parent.children.length - 1;
  const before = parent.children[last];
  if (typeof before === 'string') parent.children[last] = before + text;
  else parent.children.push(text);
}

function skipDeclaration(html: string, at: number, unclosed: Set<string>): number {
  if (html.startsWith('<!--', at)) {
    if (html.startsWith('<!-->', at)) return at + 5;
    const end = unclosed.has('-->') ? -1 : html.indexOf('-->', at + 4);
    if (end !== -1) return end + 3;
    unclosed.add('-->');
    // Never closed: only the mark itself is lost.
    return at + 4;
  }
  const end = html.indexOf('>', at);
  return end === -1 ? html.length : end + 1;
}

function readAttributes(
  html: string,
  start: number,
  wanted: boolean,
): { attributes: Record<string, string>; end: number; selfClosing: boolean } {
  const attributes: Record<string, string> = Object.create(null);
  let at = start;
  for (let count = 0; count < 100; count += 1) {
    ATTRIBUTE.lastIndex = at;
    const match = ATTRIBUTE.exec(html);
    if (match === null) break;
    at += match[0].length;
    if (!wanted) continue;
    const name = (match[1] ?? '').toLowerCase();
    attributes[name] ??= decodeEntities(match[2] ?? match[3] ?? match[4] ?? '');
  }
  const end = html.indexOf('>', at);
  if (end === -1) return { attributes, end: html.length, selfClosing: false };
  return { attributes, end: end + 1, selfClosing: html[end - 1] === '/' && end - at <= 2 };
}

function rawEnd(html: string, from: number, tag: string, unclosed: Set<string>): { text: number; behind: number } {
  if (unclosed.has(tag)) return { text: from, behind: from };
  const close = new RegExp(`</${tag}[\\s/>]`, 'gi');
  close.lastIndex = from;
  const match = close.exec(html);
  if (match === null) {
    unclosed.add(tag);
    return { text: from, behind: tag === 'style' || tag === 'script' ? html.length : from };
  }
  const end = html.indexOf('>', match.index);
  return { text: match.index, behind: end === -1 ? html.length : end + 1 };
}

function closeTag(stack: HtmlElement[], tag: string): void {
  for (let index = stack.length - 1; index > 0; index -= 1) {
    const open = stack[index]?.tag ?? '';
    if (open === tag) {
      stack.length = index;
      return;
    }
    // A stray </p> must not close the table around it.
    if (open === 'table' && tag !== 'body' && tag !== 'html') return;
    if ((open === 'td' || open === 'th') && !['tr', 'table', 'tbody', 'body', 'html', 'thead'].includes(tag)) return;
  }
}

function closeImplied(stack: HtmlElement[], tag: string): void {
  const closes = CLOSES[tag] ?? (BLOCKS.has(tag) ? ['p'] : null);
  if (closes === null) return;
  let last = -1;
  for (let index = stack.length - 1; index > 0; index -= 1) {
    const open = stack[index]?.tag ?? '';
    if (closes.includes(open)) {
      last = index;
      if (tag !== 'tr' && tag !== 'tbody') break;
    } else if (WALLS.has(open) || (['td', 'th', 'li'].includes(open) && !closes.includes(open))) break;
  }
  if (last > 0) stack.length = last;
}
