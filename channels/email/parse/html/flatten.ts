import { LIMITS } from '../limits.ts';
import type { HtmlElement, HtmlNode } from './tree.ts';

const TAG = /<(\/?)([a-z][a-z0-9]{0,20})/gi;
const WITHOUT_END = new Set([
  'br',
  'img',
  'hr',
  'meta',
  'link',
  'input',
  'area',
  'base',
  'col',
  'wbr',
  'source',
  'embed',
  'param',
  'track',
]);
/** Written as nothing: their content is no markup, and none of them is shown. */
const LEFT_OUT = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'xmp',
  'noembed',
  'noframes',
  'iframe',
  'object',
  'svg',
  'math',
  'template',
  'noscript',
  'plaintext',
]);

/** Are there more elements than a mail program writes, or might they be nested deeper? Counts openings without ends, so it says yes too often, never too seldom. */
export function isDeep(html: string): boolean {
  let depth = 0;
  let count = 0;
  for (const match of html.matchAll(TAG)) {
    if (WITHOUT_END.has((match[2] ?? '').toLowerCase())) continue;
    if (match[1] === '/') depth = Math.max(0, depth - 1);
    else depth += 1;
    count += 1;
    if (depth > LIMITS.htmlDepth || count > 2 * LIMITS.htmlElements) return true;
  }
  return false;
}

/** A tree as HTML again, escaped anew; its depth is what `parseHtml` allows. */
export function writeHtml(root: HtmlElement): string {
  const out: string[] = [];
  for (const child of root.children) write(out, child);
  return out.join('');
}

function write(out: string[], node: HtmlNode): void {
  if (typeof node === 'string') {
    out.push(escaped(node));
    return;
  }
  if (LEFT_OUT.has(node.tag)) return;
  const attributes = Object.entries(node.attributes).map(([name, value]) =>
    /^[a-z-]+$/.test(name) ? ` ${name}="${escaped(value)}"` : '',
  );
  out.push(`<${node.tag}${attributes.join('')}>`);
  if (WITHOUT_END.has(node.tag)) return;
  for (const child of node.children) write(out, child);
  out.push(`</${node.tag}>`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
