import sanitizeHtml from 'sanitize-html';
import { LIMITS } from '../limits.ts';
import { isDeep, writeHtml } from './flatten.ts';
import { parseHtml } from './tree.ts';

const TAGS = [
  'a',
  'abbr',
  'address',
  'b',
  'bdi',
  'bdo',
  'big',
  'blockquote',
  'br',
  'caption',
  'center',
  'cite',
  'code',
  'col',
  'colgroup',
  'dd',
  'del',
  'dfn',
  'div',
  'dl',
  'dt',
  'em',
  'figcaption',
  'figure',
  'font',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'i',
  'img',
  'ins',
  'kbd',
  'li',
  'ol',
  'p',
  'pre',
  'q',
  's',
  'samp',
  'small',
  'span',
  'strike',
  'strong',
  'sub',
  'sup',
  'table',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'tr',
  'tt',
  'u',
  'ul',
  'var',
  'wbr',
];

/** CSS that only paints the element itself: nothing that loads, moves out of the frame or covers what is not its own. */
const PROPERTIES =
  /^(?:color|background-color|font(?:-(?:family|size|style|weight|variant))?|text-(?:align|decoration|indent|transform)|line-height|letter-spacing|white-space|vertical-align|direction|border(?:-(?:top|right|bottom|left|collapse|spacing|radius|color|style|width))?(?:-(?:color|style|width))?|padding(?:-(?:top|right|bottom|left))?|margin(?:-(?:top|right|bottom|left))?|width|max-width|height|list-style-type|word-break|overflow-wrap)$/;
const UNSAFE_VALUE = /url|expression|image|@|\\|javascript|var\(|attr\(|calc\(|[<>{}]/i;
const DATA_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+$/i;
const LINK = /^(?:https?:\/\/|mailto:)/i;

/** Sanitised HTML. `truncated`: there was more of it than is read. */
export interface SanitisedHtml {
  html: string;
  truncated: boolean;
}

/**
 * HTML of a stranger by an allow-list. Links lead to http(s) and mailto only and give nothing away about us; `cid:` and small data
 * pictures stay; a remote picture loses its `src` and keeps the address in `data-remote-src`, for the page that fetches it through
 * the guarded fetcher once somebody asks. The page still shows it in a sandboxed frame.
 */
export function sanitiseHtml(html: string): SanitisedHtml {
  const truncated = html.length > LIMITS.html;
  const read = truncated ? html.slice(0, LIMITS.html) : html;
  // The sanitiser's parser takes time by the square of the depth.
  const clean = sanitizeHtml(isDeep(read) ? writeHtml(parseHtml(read)) : read, {
    allowedTags: TAGS,
    allowedAttributes: {
      '*': ['style', 'dir', 'lang', 'title', 'align', 'valign', 'width', 'height', 'bgcolor'],
      a: ['href', 'rel', 'target'],
      img: ['src', 'alt', 'data-remote-src'],
      font: ['color', 'face', 'size'],
      blockquote: ['type'],
      ol: ['start', 'type'],
      table: ['border', 'cellpadding', 'cellspacing'],
      td: ['colspan', 'rowspan', 'nowrap'],
      th: ['colspan', 'rowspan', 'nowrap'],
      col: ['span'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowedSchemesByTag: { img: ['cid', 'data'] },
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nonTextTags: [
      'script',
      'style',
      'textarea',
      'option',
      'noscript',
      'title',
      'xmp',
      'template',
      'iframe',
      'object',
      'svg',
      'math',
      'noembed',
      'noframes',
      'plaintext',
    ],
    parseStyleAttributes: false,
    nestingLimit: LIMITS.htmlDepth,
    transformTags: {
      '*': (tagName, attribs) => ({ tagName, attribs: cleanStyle(attribs) }),
      a: (tagName, attribs) => ({ tagName, attribs: cleanLink(attribs) }),
      img: (tagName, attribs) => ({ tagName, attribs: cleanImage(attribs) }),
    },
  });
  return { html: clean, truncated };
}

type Attributes = Record<string, string>;

function cleanStyle(attributes: Attributes): Attributes {
  const style = attributes['style'];
  if (style === undefined) return attributes;
  const kept = style
    .slice(0, 4_000)
    .split(';')
    .map((rule) => rule.split(':'))
    .filter(
      ([name = '', ...value]) =>
        value.length === 1 && PROPERTIES.test(name.trim().toLowerCase()) && !UNSAFE_VALUE.test(value[0] ?? ''),
    )
    .filter(([name = '', value = '']) => !(name.trim().startsWith('margin') && value.includes('-')))
    .map(([name = '', value = '']) => `${name.trim().toLowerCase()}:${value.trim()}`)
    .join(';');
  const { style: _, ...others } = attributes;
  return kept === '' ? others : { ...others, style: kept };
}

function cleanLink(attributes: Attributes): Attributes {
  const { href, ...others } = cleanStyle(attributes);
  const address = (href ?? '')
    // oxlint-disable-next-line no-control-regex -- browsers skip control characters within a scheme
    .replaceAll(/[\u0000-\u0020\u007F-\u00A0\u200B-\u200F\u2028-\u202E\uFEFF]+/g, (blank) =>
      blank === ' ' ? '%20' : '',
    )
    .replace(/^(?:%20)+/, '');
  if (!LINK.test(address)) return others;
  return { ...others, href: address, rel: 'noopener noreferrer nofollow', target: '_blank' };
}

const HIDDEN =
  /display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|opacity\s{0,9}:\s{0,9}0(?:\.0{0,9})?\s{0,9}(?:;|!|$)/i;

/** A remote picture that shows nothing says so by its size once its style is cleaned: it is named as a tracker by that. */
function sizeOfHidden({ style = '', hidden }: Attributes): Attributes {
  return hidden !== undefined || HIDDEN.test(style) ? { width: '0', height: '0' } : {};
}

function cleanImage(attributes: Attributes): Attributes {
  const { src = '', 'data-remote-src': _, ...others } = cleanStyle(attributes);
  const address = src.trim();
  if (/^cid:/i.test(address)) return { ...others, src: `cid:${address.slice(4)}` };
  if (address.length <= 200_000 && DATA_IMAGE.test(address)) return { ...others, src: address };
  if (/^https?:\/\//i.test(address)) return { ...others, ...sizeOfHidden(attributes), 'data-remote-src': address };
  if (address.startsWith('//')) {
    return { ...others, ...sizeOfHidden(attributes), 'data-remote-src': `https:${address}` };
  }
  return others;
}

/** Plain text as HTML, where a mail mixes both. */
export function textToHtml(text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return `<div style="white-space:pre-wrap">${escaped}</div>`;
}
