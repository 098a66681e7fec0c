import createDOMPurify from 'dompurify';
import { hiddenHost, safeLink } from '../thread/body-tree.ts';

/** Pictures as data: addresses: those that came with the letter by content id, those from elsewhere by their address. */
export interface FramePictures {
  byContentId: ReadonlyMap<string, string>;
  byAddress: ReadonlyMap<string, string>;
}

/** A letter ready to be shown in a frame of its own. */
export interface LetterFrame {
  srcdoc: string;
  /** A guess, CSS pixels: nothing inside the frame may tell how high it is. */
  heightPx: number;
}

/** What letters are made of. No forms, no styles of their own, nothing that loads or embeds, no SVG and no MathML. */
const TAGS = (
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em ' +
  'figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section ' +
  'small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'
).split(' ');
const ATTRIBUTES = (
  'abbr align alt bgcolor border cellpadding cellspacing cite color colspan compact datetime dir face height href hspace lang noshade ' +
  'nowrap reversed rowspan rules scope size span start style summary title type valign value vspace width'
).split(' ');

/** A picture that is there already: made by us, or small and written into the letter. No SVG. */
const OWN_PICTURE = /^data:image\/(?:png|apng|jpeg|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=]+$/u;
/** Values of styles that fetch something, or that come from elsewhere. */
const FETCHES = /url\s*\(|image|src\s*\(|element\s*\(|paint\s*\(|attr\s*\(|var\s*\(|expression|@|\\/iu;
/** Properties by which one thing is laid over others or follows the eye. */
const MISLEADING =
  /^(?:position|z-index|inset.*|top|left|right|bottom|animation.*|transition.*|content|cursor|behavior|-moz-binding)$/iu;

/** Nothing is fetched, run or sent, whatever the letter says; the page's own policy says the same once more. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

const PAPER = 'margin:12px;color:#1c1d22;background:#fff;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere';

function harmlessStyle(style: CSSStyleDeclaration): string {
  const kept: string[] = [];
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    const says = value !== '' && value !== 'initial';
    if (says && !FETCHES.test(value) && !MISLEADING.test(name)) kept.push(`${name}:${value}`);
  }
  return kept.join(';');
}

/** Shows where a link leads: whole to whoever points at it, and the host at once where its words say something else. */
function tellAddress(link: HTMLAnchorElement): void {
  const parsed = safeLink(link.getAttribute('href') ?? '');
  if (parsed === null) {
    link.removeAttribute('href');
    return;
  }
  link.setAttribute('href', parsed.href);
  link.setAttribute('title', parsed.href);
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
  const host = hiddenHost(parsed, link.textContent ?? '');
  if (host !== null) link.append(` (${host})`);
}

function fitPicture(image: HTMLImageElement, source: string | undefined): void {
  image.removeAttribute('src');
  if (source !== undefined && OWN_PICTURE.test(source)) image.setAttribute('src', source);
  image.style.maxWidth = '100%';
  if (image.getAttribute('width') === null || source === undefined) image.style.height = 'auto';
}

/** Sanitises a letter, last of all, and gives the document of its frame. @param html as stored: sanitised when it came */
export function frameOf(html: string, pictures: FramePictures): LetterFrame {
  const purify = createDOMPurify(window);
  const wanted = new WeakMap<Element, string>();
  purify.addHook('beforeSanitizeAttributes', (node) => {
    if (!(node instanceof Element) || node.localName !== 'img') return;
    const source = node.getAttribute('src') ?? '';
    const remote = node.getAttribute('data-remote-src');
    const found = source.toLowerCase().startsWith('cid:')
      ? pictures.byContentId.get(contentIdOf(source))
      : remote === null
        ? source.replaceAll(/\s+/gu, '')
        : pictures.byAddress.get(remote);
    if (found !== undefined) wanted.set(node, found);
    node.removeAttribute('src');
  });
  purify.addHook('afterSanitizeAttributes', (node) => {
    // Nodes of the sanitiser's inert document are of this window's classes.
    if (node instanceof HTMLElement && node.hasAttribute('style')) {
      const style = harmlessStyle(node.style);
      if (style === '') node.removeAttribute('style');
      else node.setAttribute('style', style);
    }
    if (node instanceof HTMLAnchorElement) tellAddress(node);
    if (node instanceof HTMLImageElement) fitPicture(node, wanted.get(node));
  });
  const clean = purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:)/iu,
  });
  return { srcdoc: documentOf(clean), heightPx: guessHeight(clean) };
}

function contentIdOf(source: string): string {
  const id = source.slice('cid:'.length).trim();
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** @param clean the sanitiser's own words, to which nothing is done any more */
function documentOf(clean: string): string {
  return (
    `<!doctype html><html dir="auto"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    '<meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off"></head>' +
    `<body style="${PAPER}">${clean}</body></html>`
  );
}

const LINE_PX = 24;
const SIGNS_A_LINE = 80;
/** Of a picture that does not say its own. */
const PICTURE_PX = 160;

function pictureHeight(tag: string): number {
  if (!tag.includes(' src="')) return 0;
  const said = Number(/ height="(\d{1,4})(?:px)?"/u.exec(tag)?.[1]);
  return Number.isFinite(said) ? Math.min(said, 600) : PICTURE_PX;
}

function guessHeight(clean: string): number {
  const blocks = clean.match(/<(?:p|div|tr|li|br|h[1-6]|hr)\b/gu)?.length ?? 0;
  const pictures = (clean.match(/<img\b[^>]*>/gu) ?? []).reduce((sum, tag) => sum + pictureHeight(tag), 0);
  const signs = clean.replaceAll(/<[^>]*>/gu, '').length;
  const lines = Math.max(blocks, 1) + signs / SIGNS_A_LINE;
  return Math.round(Math.min(640, Math.max(120, 56 + lines * LINE_PX + pictures)));
}
