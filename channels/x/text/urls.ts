import { ACCENTED, DIRECTIONS, FORBIDDEN, latinDomainsIn, scanAnyDomains } from './domains.ts';
import { wireLength } from './punycode-length.ts';

/** A link as X sees it in a text; UTF-16 offsets, `end` exclusive. */
export interface UrlRange {
  start: number;
  end: number;
}

const MAX_URL_LENGTH = 4_096;
const MAX_LABEL_LENGTH = 63;
/** What follows the protocol where there is none is counted as if this stood there. */
const DEFAULT_PROTOCOL = 'https://';
const MAX_TCO_SLUG_LENGTH = 40;

/** What may stand before a link. */
const MAY_PRECEDE = new RegExp(`[^A-Za-z0-9@\\uFF20$#\\uFF03${FORBIDDEN}]|[${DIRECTIONS}]`, 'u');
/** What may not, where the link has no protocol. */
const BARS_BARE = /[-_./]/u;
// Without the flag u: with it, letters of other scripts would count as the ones they look like in capitals.
const PROTOCOL = /https?:\/\//iy;

const PATH_CHARACTER = `[a-z\\u0400-\\u04FF0-9!*';:=+,.$/%#\\[\\]\\-\\u2013_~@|&${ACCENTED}]`;
const PARENTHESES = `\\((?:${PATH_CHARACTER}+|${PATH_CHARACTER}*\\(${PATH_CHARACTER}+\\)${PATH_CHARACTER}*)\\)`;
const PATH_END = `(?:[+\\-a-z\\u0400-\\u04FF0-9=_#/${ACCENTED}]|${PARENTHESES})`;
const PATH = `(?:${PATH_CHARACTER}*(?:${PARENTHESES}${PATH_CHARACTER}*)*${PATH_END}|@${PATH_CHARACTER}+/)`;
const QUERY = "\\?[a-z0-9!?*'@();:&=+$/%#\\[\\]\\-_.,~|]*[a-z0-9\\-_&=#/]";
/** Port, path and query: what follows the domain. Group 1: the path. */
const REST = new RegExp(`(?::[0-9]+)?(/${PATH}*)?(?:${QUERY})?`, 'iy');
const TCO = new RegExp(`^https?://t\\.co/([a-z0-9]+)(?:${QUERY})?`, 'i');

/**
 * The links in a text, in order, exactly as X finds them: each counts alike however long it is. The text is in NFC. Takes time in
 * proportion to the text.
 */
export function urlsIn(text: string): UrlRange[] {
  if (!text.includes('.')) return [];
  const found: UrlRange[] = [];
  const domainEndAt = scanAnyDomains(text);
  let at = 0;
  while (at < text.length) {
    const candidate = candidateAt(text, at, domainEndAt);
    if (candidate === null) {
      at += 1;
      continue;
    }
    found.push(...judge(text, candidate));
    at = candidate.end;
  }
  return found;
}

/** Something that looks like a link. */
interface Candidate {
  /** Empty at the start of the text. */
  before: string;
  start: number;
  /** Empty where there is none. */
  protocol: string;
  domain: string;
  hasPath: boolean;
  end: number;
}

function candidateAt(text: string, at: number, domainEndAt: (start: number) => number | null): Candidate | null {
  const before = text.charAt(at);
  const after = MAY_PRECEDE.test(before) ? matchAt(text, at + 1, domainEndAt) : null;
  if (after !== null) return { before, ...after };
  const whole = at === 0 ? matchAt(text, 0, domainEndAt) : null;
  return whole === null ? null : { before: '', ...whole };
}

function matchAt(
  text: string,
  start: number,
  domainEndAt: (start: number) => number | null,
): Omit<Candidate, 'before'> | null {
  PROTOCOL.lastIndex = start;
  const protocol = PROTOCOL.exec(text)?.[0] ?? '';
  const domainStart = start + protocol.length;
  const domainEnd = domainEndAt(domainStart);
  if (domainEnd === null) return null;
  REST.lastIndex = domainEnd;
  const rest = REST.exec(text);
  const end = domainEnd + (rest?.[0].length ?? 0);
  return { start, protocol, domain: text.slice(domainStart, domainEnd), hasPath: rest?.[1] !== undefined, end };
}

function judge(text: string, { before, start, protocol, domain, hasPath, end }: Candidate): UrlRange[] {
  if (!isPossible(domain) || (protocol || DEFAULT_PROTOCOL).length + end - start > MAX_URL_LENGTH) return [];
  if (protocol !== '') {
    const tco = TCO.exec(text.slice(start, end));
    if (tco === null) return [{ start, end }];
    // X's own short links have a code and nothing more of a path.
    return (tco[1] ?? '').length > MAX_TCO_SLUG_LENGTH ? [] : [{ start, end: start + tco[0].length }];
  }
  if (BARS_BARE.test(before)) return [];
  const latin = latinDomainsIn(domain);
  let from = 0;
  return latin.map((one, index) => {
    // X looks for the name, and takes the first that reads so.
    const at = domain.indexOf(domain.slice(one.start, one.end), from);
    from = at + one.end - one.start;
    const more = index === latin.length - 1 && hasPath ? end - start - domain.length : 0;
    return { start: start + at, end: start + from + more };
  });
}

/** Whether a domain can exist: its labels are short enough, and none that is already encoded holds other letters. */
function isPossible(domain: string): boolean {
  if (domain.startsWith('xn--') && latinDomainsIn(domain).length === 0) return false;
  return domain.split('.').every((label) => {
    // No encoding makes fewer characters than there are code points.
    const length = label.length > 2 * MAX_LABEL_LENGTH ? label.length : wireLength(label);
    return length >= 1 && length <= MAX_LABEL_LENGTH;
  });
}
