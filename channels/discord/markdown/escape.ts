/** What the clients take for an address and link by themselves; nothing formats or is escaped within. */
const CLIENT_URL = /https?:\/\/[^\s<]+[^<.,:;"'\]\s]/uy;
const SCHEME = /https?(?=:\/\/)/gu;

/** An address of plain characters alone; it stays as it is, since a backslash would become part of it. */
export const PLAIN_URL =
  /^https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:[/?#][A-Za-z0-9\-._~/?#@!$&'+,;=%:()]*)?$/u;

/** What may stand behind an address: nothing that, once escaped, would go on with it. */
const ENDS_URL = /^[.,:;"'\]]*(?:\s|$)/u;

/** Characters that may begin or end a format anywhere: emphasis, code, spoilers, links, mentions, and the escape itself. */
const ANYWHERE = /[\\*_~|`[<]/gu;

/** `:name:` is shown as an emoji. */
const SHORTCODE = /:(?=[^\s:]+:)/gu;

/** These two words are mentions when they stand alone; calls forbid that as well. */
const EVERYBODY = /@(?=everyone|here)/giu;

/** What formats at the beginning of a line: quote, heading, small print, bullet. */
const LINE_START = /^([^\S\n]*)(>|#{1,3}(?=\s|$)|-(?=\s|#|$)|\+(?=\s|$))/u;

/** `5. ` would be counted anew from the first item on. */
const NUMBERED = /^([^\S\n]*\d+)(?=\.(?:\s|$))/u;

/**
 * Text that Discord shows as it is, to nobody's alarm: nothing of it formats, names anybody or becomes an emoji (simple-markdown's
 * `escape` rule: a backslash before anything but letters, digits and white space is taken out).
 * @param atLineStart whether the text begins a line; behind each line break in it one begins anyway
 */
export function escapeMarkdown(text: string, atLineStart: boolean): string {
  return text
    .split('\n')
    .map((line, index) => escapeLine(line, atLineStart || index > 0))
    .join('\n');
}

function escapeLine(line: string, atStart: boolean): string {
  let escaped = '';
  let at = 0;
  for (const { 0: scheme, index } of line.matchAll(SCHEME)) {
    if (index < at) continue;
    escaped += escapePiece(line.slice(at, index), atStart && at === 0);
    const url = plainUrlAt(line, index);
    // Others lose their link: with its colon escaped an address is text.
    escaped += url ?? `${scheme}\\:`;
    at = index + (url ?? `${scheme}:`).length;
  }
  return escaped + escapePiece(line.slice(at), atStart && at === 0);
}

function plainUrlAt(line: string, index: number): string | null {
  CLIENT_URL.lastIndex = index;
  const url = CLIENT_URL.exec(line)?.[0] ?? '';
  return PLAIN_URL.test(url) && ENDS_URL.test(line.slice(index + url.length)) ? url : null;
}

function escapePiece(piece: string, atStart: boolean): string {
  const escaped = piece
    .replaceAll(ANYWHERE, String.raw`\$&`)
    .replaceAll(SHORTCODE, String.raw`\:`)
    .replaceAll(EVERYBODY, String.raw`\@`);
  return atStart ? escaped.replace(LINE_START, String.raw`$1\$2`).replace(NUMBERED, '$1\\') : escaped;
}
