import type { Block, Body, Inline } from '../../../src/core/model/body.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (one) => ESCAPES[one] ?? one);
}

const WEB = /^(?:https?:\/\/|mailto:)/iu;
/** Where an address in plain text ends: at white space, quotes and brackets; a full stop behind it belongs to the sentence. */
const ADDRESS = /https?:\/\/[^\s<>"')\]]{1,2000}/giu;

function link(url: string, inner: string): string {
  return WEB.test(url) ? `<a href="${escapeHtml(url)}" rel="noopener noreferrer">${inner}</a>` : inner;
}

/** Plain text as HTML: paragraphs, line breaks, and web addresses that can be clicked. */
export function htmlOfText(text: string): string {
  return text
    .split(/\n{2,}/u)
    .map((paragraph) => `<p>${linked(paragraph).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

function linked(text: string): string {
  let html = '';
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = match[0].replace(/[.,;:!?]+$/u, '');
    html += escapeHtml(text.slice(at, match.index)) + link(url, escapeHtml(url));
    at = match.index + url.length;
  }
  return html + escapeHtml(text.slice(at));
}

const TAGS = { strong: 'strong', emphasis: 'em', underline: 'u', strikethrough: 's', spoiler: 'span' } as const;

function inline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
          return escapeHtml(node.value);
        case 'break':
          return '<br>\n';
        case 'inlineCode':
          return `<code>${escapeHtml(node.value)}</code>`;
        case 'link':
          return link(node.url, inline(node.children));
        case 'mention':
          return escapeHtml(node.label);
        case 'customEmoji':
          return escapeHtml(node.fallback);
        default:
          return `<${TAGS[node.type]}>${inline(node.children)}</${TAGS[node.type]}>`;
      }
    })
    .join('');
}

function block(node: Block): string {
  switch (node.type) {
    case 'paragraph':
      return `<p>${inline(node.children)}</p>`;
    case 'heading':
      return `<h${node.depth}>${inline(node.children)}</h${node.depth}>`;
    case 'blockquote':
      return `<blockquote>${node.children.map(block).join('\n')}</blockquote>`;
    case 'list': {
      const items = node.children.map((item) => `<li>${item.children.map(block).join('\n')}</li>`).join('\n');
      return node.ordered ? `<ol start="${node.start ?? 1}">${items}</ol>` : `<ul>${items}</ul>`;
    }
    case 'codeBlock':
      return `<pre><code>${escapeHtml(node.value)}</code></pre>`;
    case 'thematicBreak':
      return '<hr>';
  }
}

/** The stored tree as HTML for mail readers: no styles, no scripts, no remote content. Pure. */
export function htmlOfBody(body: Body): string {
  return body.tree.children.map(block).join('\n');
}
