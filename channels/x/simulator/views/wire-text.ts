import { createHash } from 'node:crypto';
import { urlsIn } from '../../text/urls.ts';
import type { User, World } from '../world.ts';

/** A stretch of a text that means something; offsets count code points of the text as it is sent. */
interface Span {
  start: number;
  end: number;
}

/** A text as X sends it: links shortened, three characters as HTML has them. */
export interface WireText {
  text: string;
  urls: (Span & { url: string; expanded: string; mediaKey: string | null })[];
  mentions: (Span & { username: string; id: string | null })[];
  hashtags: (Span & { tag: string })[];
  cashtags: (Span & { tag: string })[];
  /** Where what the author wrote begins, and where what X added (links to files and quotes) does. */
  range: [start: number, end: number];
}

/** Links X adds for what a message shows besides its words. */
export interface AddedLink {
  expanded: string;
  mediaKey?: string;
}

const NAME_OR_TAG =
  /(?<![\w@#$&])(?:@(\w{1,15})(?![\w@])|#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)|\$([A-Za-z]{1,6})(?!\w))/gu;
const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** X's short link for an address, always the same one. */
function shortLink(expanded: string): string {
  return `https://t.co/${createHash('sha1')
    .update(expanded)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/gu, '')
    .slice(0, 10)}`;
}

/**
 * Makes a text as X sends it, with what X says about it.
 * @param displayStart code points before what the author wrote
 */
export function wireText(
  text: string,
  displayStart: number,
  added: readonly AddedLink[],
  byHandle: (handle: string) => User | undefined,
): WireText {
  const wire: WireText = { text: '', urls: [], mentions: [], hashtags: [], cashtags: [], range: [displayStart, 0] };
  const writer = writeTo(wire, byHandle);
  let at = 0;
  for (const { start, end } of urlsIn(text)) {
    writer.words(text.slice(at, start));
    const written = text.slice(start, end);
    writer.link(/^https?:\/\//iu.test(written) ? written : `http://${written}`, null);
    at = end;
  }
  writer.words(text.slice(at));
  wire.range[1] = writer.length();
  for (const { expanded, mediaKey } of added) {
    if (wire.text !== '') writer.words(' ');
    writer.link(expanded, mediaKey ?? null);
  }
  return wire;
}

function writeTo(wire: WireText, byHandle: (handle: string) => User | undefined) {
  let length = 0;
  const put = (text: string): Span => {
    wire.text += text;
    const start = length;
    length += pointsIn(text);
    return { start, end: length };
  };
  const plain = (text: string): Span => put(text.replaceAll(/[&<>]/gu, (one) => HTML[one] ?? one));
  return {
    length: () => length,
    link(expanded: string, mediaKey: string | null): void {
      const url = shortLink(expanded);
      wire.urls.push({ ...put(url), url, expanded, mediaKey });
    },
    words(text: string): void {
      let at = 0;
      for (const match of text.matchAll(NAME_OR_TAG)) {
        const [whole, name, hashtag, cashtag] = match;
        plain(text.slice(at, match.index));
        at = match.index + whole.length;
        const span = plain(whole);
        if (hashtag !== undefined) wire.hashtags.push({ ...span, tag: hashtag });
        else if (cashtag !== undefined) wire.cashtags.push({ ...span, tag: cashtag });
        else if (name !== undefined) {
          const user = byHandle(name);
          wire.mentions.push({ ...span, username: user?.handle ?? name, id: user?.id ?? null });
        }
      }
      plain(text.slice(at));
    },
  };
}

/** Whom a text names; handles nobody has are left out. */
export function namedIn(text: string, world: Pick<World, 'byHandle'>): User[] {
  return Array.from(text.matchAll(NAME_OR_TAG)).flatMap(([, name]) =>
    name === undefined ? [] : (world.byHandle(name) ?? []),
  );
}

/** Whether a text names the account. */
export function namesUs(text: string, world: Pick<World, 'byHandle' | 'selfId'>): boolean {
  return namedIn(text, world).some(({ id }) => id === world.selfId);
}

/** How many code points a text has. */
export function pointsIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
