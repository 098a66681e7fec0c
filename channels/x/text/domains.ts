import { topLevelDomains } from './top-level-domains.ts';

/** Marks that set the direction of what follows. */
export const DIRECTIONS = '\\u202A-\\u202E\\u061C\\u200E\\u200F\\u2066-\\u2069';
/** No characters at all: X refuses posts with them. */
export const FORBIDDEN = '\\uFFFE\\uFEFF\\uFFFF';
/** Latin letters with accents, as links may have them. */
export const ACCENTED =
  '\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\xFF\\u0100-\\u024F\\u0253\\u0254\\u0256\\u0257\\u0259\\u025B\\u0263\\u0268\\u026F\\u0272\\u0289\\u028B\\u02BB\\u0300-\\u036F\\u1E00-\\u1EFF';
const SPACES = '\\x09-\\x0D\\x20\\x85\\xA0\\u1680\\u180E\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000';
const PUNCTUATION = "!'#%&()*+,\\\\\\-./:;<=>?@\\[\\]^_{|}~$";

/** What a label may consist of, by UTF-16 units as X counts. */
interface LabelRules {
  /** May stand first and last. */
  edge: RegExp;
  /** May stand between. */
  inner: RegExp;
  /** May not be in the label before the top-level domain. */
  notInName: string | null;
}

const EDGE = new RegExp(`[^${PUNCTUATION}${SPACES}${FORBIDDEN}${DIRECTIONS}]`, 'u');
const ANY_SCRIPT: LabelRules = { edge: EDGE, inner: /[-_]/u, notInName: '_' };
const LATIN_LABEL = new RegExp(`[-a-z0-9${ACCENTED}]`, 'i');
const LATIN: LabelRules = { edge: LATIN_LABEL, inner: LATIN_LABEL, notInName: null };

/** The longer first, as far as one begins with another. */
const TOP_LEVEL = new RegExp(
  `(?:${[...topLevelDomains].sort((one, other) => other.length - one.length).join('|')})(?=[^0-9a-zA-Z@+-]|$)|xn--[-0-9a-z]+`,
  'iy',
);

/** Answers where the longest domain that begins at a position ends, exclusive; null: none begins there. */
export type DomainEndAt = (start: number) => number | null;

/**
 * Reads a text from its end once, so that every later question is answered in one step: a text of dots and letters costs no more
 * than any other.
 */
function scanDomains(text: string, rules: LabelRules): DomainEndAt {
  const size = text.length;
  const runEnds = new Int32Array(size + 1);
  const isEdge = new Uint8Array(size + 1);
  const isBarred = new Uint8Array(size + 1);
  /** By where a label begins after a dot; -1: no domain. */
  const ends = new Int32Array(size + 2).fill(-1);
  const topLevelEnds = new Int32Array(size + 2).fill(-1);
  runEnds[size] = size;
  const endAt = (start: number): number | null => {
    const dot = runEnds[start] ?? start;
    if (dot === start || text[dot] !== '.' || isEdge[start] !== 1 || isEdge[dot - 1] !== 1) return null;
    const deeper = ends[dot + 1] ?? -1;
    if (deeper >= 0) return deeper;
    const topLevelEnd = topLevelEnds[dot + 1] ?? -1;
    return topLevelEnd >= 0 && isBarred[start] !== 1 ? topLevelEnd : null;
  };
  for (let at = size - 1; at >= 0; at -= 1) {
    const unit = text.charAt(at);
    isEdge[at] = rules.edge.test(unit) ? 1 : 0;
    const continues = isEdge[at] === 1 || rules.inner.test(unit);
    runEnds[at] = continues ? (runEnds[at + 1] ?? size) : at;
    isBarred[at] = continues && (unit === rules.notInName || isBarred[at + 1] === 1) ? 1 : 0;
    if (unit === '.') topLevelEnds[at + 1] = topLevelEndAt(text, at + 1);
    if (text[at - 1] === '.') ends[at] = endAt(at) ?? -1;
  }
  return endAt;
}

function topLevelEndAt(text: string, at: number): number {
  TOP_LEVEL.lastIndex = at;
  return TOP_LEVEL.test(text) ? TOP_LEVEL.lastIndex : -1;
}

/** Domains in any script. */
export function scanAnyDomains(text: string): DomainEndAt {
  return scanDomains(text, ANY_SCRIPT);
}

/** The domains in Latin letters inside a domain, in order: those X makes links of when no protocol stands before. */
export function latinDomainsIn(domain: string): { start: number; end: number }[] {
  const endAt = scanDomains(domain, LATIN);
  const found: { start: number; end: number }[] = [];
  let at = 0;
  while (at < domain.length) {
    const end = endAt(at);
    if (end === null) at += 1;
    else {
      found.push({ start: at, end });
      at = end;
    }
  }
  return found;
}
