import { recordOf } from '../../shared/read-unknown.ts';
import { wordsOf } from '../inbound/words.ts';
import { urlsIn } from './urls.ts';
import { asPosted } from './weight.ts';

/**
 * Whether what X shows is a text we sent. X puts the handles of those who are answered in front, short links in the place of links, a
 * link to its file behind, and stores three characters as HTML would; white space at the ends goes. Pure.
 * @param ours as it was sent; `invites`: with the way into private below it, which X may show as one more link
 * @param theirs `text` of a post or message of the API, unchecked; `entities` as it came with it
 */
export function isSameText(
  ours: string,
  { text, entities, hasFiles }: { text: unknown; entities: unknown; hasFiles: boolean },
  invites = false,
): boolean {
  const wanted = comparable(ours);
  const words = wordsOf(text, entities, { hasFiles, quotedId: null }).text;
  return isSameWords(wanted, words) || (invites && isSameWords(wanted, words.replace(WAY_INTO_PRIVATE, '')));
}

function isSameWords(wanted: string, shown: string): boolean {
  for (let rest = shown; ; ) {
    if (comparable(rest) === wanted) return true;
    const [handle] = /^\s*@\w{1,30}(?:\s+|$)/u.exec(rest) ?? [];
    if (handle === undefined) return false;
    rest = rest.slice(handle.length);
  }
}

/** A link X does not explain may be it as well. */
const WAY_INTO_PRIVATE =
  /\s(?:https:\/\/(?:twitter|x)\.com\/messages\/compose\?recipient_id=\d{1,20}|https:\/\/t\.co\/\w{1,20})$/u;

/** Whether a post or message of the API has files. */
export function hasFiles(shown: Readonly<Record<string, unknown>>): boolean {
  const keys: unknown = recordOf(shown['attachments'])?.['media_keys'];
  return Array.isArray(keys) && keys.length > 0;
}

/** NFC, links without what X adds to them, white space as one space. */
function comparable(text: string): string {
  const posted = asPosted(text);
  let from = 0;
  let read = '';
  for (const { start, end } of urlsIn(posted)) {
    read += posted.slice(from, start) + bare(posted.slice(start, end));
    from = end;
  }
  return (read + posted.slice(from)).replaceAll(/\s+/gu, ' ').trim();
}

function bare(link: string): string {
  const plain = link.replace(/^https?:\/\//iu, '');
  return plain.endsWith('/') ? plain.slice(0, -1) : plain;
}
