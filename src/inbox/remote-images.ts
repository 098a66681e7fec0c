import type { RemoteImageShown } from '../core/model/inbox.ts';

/** What stands in a start tag, by attribute. */
type Attributes = ReadonlyMap<string, string>;

/** Pictures of one letter that are named; what comes behind is not offered. */
const MOST = 500;
/** A picture this small in both directions shows nothing to a person, pixels. */
const PIXEL = 3;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/giu, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? whole;
    const point = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Attributes of a tag as our sanitiser writes them: `name="value"`, with entities. The first of a name counts, as in browsers. */
function attributesOf(tag: string): Attributes {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of tag.matchAll(/([a-z][\w:-]{0,60})\s?=\s?(?:"([^"]*)"|'([^']*)')/giu)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, decoded(double ?? single ?? ''));
  }
  return found;
}

/** The tags of pictures, in the order they stand in. Quoted values may hold `>`. Linear in the length of the text. */
function* imageTags(html: string): Generator<string> {
  const begins = /<img(?=[\s/])/giu;
  for (let found = begins.exec(html); found !== null; found = begins.exec(html)) {
    let quote = '';
    let end = begins.lastIndex;
    for (; end < html.length; end += 1) {
      const sign = html[end] ?? '';
      if (quote !== '') quote = sign === quote ? '' : quote;
      else if (sign === '"' || sign === "'") quote = sign;
      else if (sign === '>') break;
    }
    yield html.slice(begins.lastIndex, end);
    begins.lastIndex = end;
  }
}

/** A length in pixels from an attribute or a style; null: not said, or in another unit. */
function pixels(attributes: Attributes, side: 'width' | 'height'): number | null {
  const style = new RegExp(`(?:^|[;\\s])(?:max-)?${side}\\s?:\\s?(\\d{1,5}(?:\\.\\d{1,4})?)(?:px)?\\s?(?:;|!|$)`, 'iu');
  const attribute = attributes.get(side)?.trim().replace(/px$/iu, '');
  // The sanitiser's own mark for what is hidden, whatever else is said.
  if (attribute === '0') return 0;
  const said = style.exec(attributes.get('style') ?? '')?.[1] ?? attribute;
  const value = said === undefined || said === '' ? Number.NaN : Number(said);
  return Number.isFinite(value) ? value : null;
}

const HIDDEN =
  /(?:display\s?:\s?none|visibility\s?:\s?hidden|opacity\s?:\s?0(?:\.0+)?\s?(?:;|!|$)|mso-hide\s?:\s?all)/iu;

/** Whether a picture shows nothing and so only tells that somebody reads: hidden, or at most a few pixels large. */
function isTracking(attributes: Attributes): boolean {
  if (attributes.has('hidden') || HIDDEN.test(attributes.get('style') ?? '')) return true;
  const width = pixels(attributes, 'width');
  const height = pixels(attributes, 'height');
  if (width === 0 || height === 0) return true;
  return width !== null && height !== null && width <= PIXEL && height <= PIXEL;
}

/**
 * Pictures of a sanitised letter that lie elsewhere (`data-remote-src`), each address once, in the order they stand in. Where an
 * address stands twice it is tracking only if it is so both times.
 */
export function remoteImages(html: string): RemoteImageShown[] {
  const byUrl = new Map<string, RemoteImageShown>();
  for (const tag of imageTags(html)) {
    const attributes = attributesOf(tag);
    const url = attributes.get('data-remote-src');
    if (url === undefined || url === '') continue;
    const tracking = isTracking(attributes);
    const there = byUrl.get(url);
    if (there !== undefined) {
      there.tracking &&= tracking;
      continue;
    }
    if (byUrl.size >= MOST) break;
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    byUrl.set(url, { index: byUrl.size, url, host, tracking });
  }
  return [...byUrl.values()];
}
