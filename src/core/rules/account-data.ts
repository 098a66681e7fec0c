/**
 * What looks like data of somebody's account in a text that everybody would read. Deliberately strict: a person who is held back once
 * too often writes it in private, and what stands in public once is copied within minutes by those who pose as us.
 */

export type AccountDataKind = 'email' | 'phone' | 'wallet' | 'transaction' | 'bank' | 'number';

/** Where it stands, in UTF-16 units. */
export interface AccountData {
  kind: AccountDataKind;
  start: number;
  length: number;
}

/**
 * Most certain first: what one has found is not looked at by the next. Where the kind is null it is nobody's data, however long. Letters
 * that are not Latin may stand right before and after: several languages leave no space there.
 */
const PATTERNS: readonly { kind: AccountDataKind | null; pattern: RegExp; fits?: (found: string) => boolean }[] = [
  { kind: 'email', pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu },
  // Names that everybody sees beside the post.
  { kind: null, pattern: /@\d*[a-z_]\w*/giu },
  { kind: 'transaction', pattern: /(?<![a-z\d])(?:0x)?[0-9a-f]{64}(?![a-z\d])/giu },
  { kind: 'wallet', pattern: /(?<![a-z\d])0x[0-9a-f]{40}(?![a-z\d])/giu },
  {
    kind: 'wallet',
    pattern: /(?<![a-z\d])(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1|terra1)[02-9ac-hj-np-z]{20,100}(?![a-z\d])/giu,
  },
  {
    kind: 'wallet',
    pattern: /(?<![A-Za-z\d])[1-9A-HJ-NP-Za-km-z]{26,48}(?![A-Za-z\d])/gu,
    // Long words have no digits, addresses in base 58 have both cases and digits.
    fits: (found) => /\d/u.test(found) && /[A-Z]/u.test(found) && /[a-z]/u.test(found),
  },
  { kind: 'bank', pattern: /(?<![A-Za-z\d])[A-Z]{2}\d{2}(?: ?[\dA-Z]{4}){3,7}(?: ?[\dA-Z]{1,3})?(?![A-Za-z\d])/gu },
  // No country is called by a zero; three of them end an amount.
  { kind: 'phone', pattern: /(?<![a-z\d])(?:\+|00(?!0))\d{1,3}(?:[ ().-]{0,2}\d){6,13}(?!\d)/giu },
  // Dates with their year, and times.
  { kind: null, pattern: /(?<!\d|\d{3}[-. ])(?:19|20)\d\d([-./ ])[01]?\d\1[0-3]?\d(?!\d|[-. ]\d{3})/gu },
  { kind: null, pattern: /(?<!\d|\d{3}[-. ])[0-3]?\d([-./ ])[0-3]?\d\1(?:19|20)\d\d(?!\d|[-. ]\d{3})/gu },
  { kind: null, pattern: /(?<!\d)[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?!\d)/gu },
  // Cards, and phones without a plus.
  {
    kind: 'number',
    pattern:
      /(?<!\d|\d[.,:/])(?:\((?=\d{1,8}\)))?\d{1,8}(?:(?:\p{Zs}?\p{Pd}\p{Zs}?|\p{Zs}{1,2}|\p{Zs}?\(|\)[-\p{Zs}]?)\d{2,8}){1,7}(?!\d|[.,:/]\d)/gu,
    fits: (found) => isLong(found) && !isAmount(found) && !isRange(found),
  },
  {
    kind: 'number',
    pattern: /(?<!\d|\d[.,:/-])\d{2,6}(?:\.\d{2,6}){2,5}(?!\d|[.,:/]\d)/gu,
    // What is left are amounts, and addresses of machines.
    fits: (found) => isLong(found) && !/^\d{1,3}(?:(?:\.\d{3})+|(?:\.\d{1,3}){3})$/u.test(found),
  },
  // Ids of users, orders and tickets; amounts are written with separators, years are shorter.
  { kind: 'number', pattern: /(?<!\d|\d[.,:/-])#?\d{6,}(?!\d|[.,]\d)/gu },
];

const LINK =
  /(?:https?:\/\/[^\s/?#]+|(?<![\p{L}\p{N}.@-])(?:[\p{L}\p{N}-]{1,63}\.){1,4}\p{L}{2,24}(?=\/))(?:\/[^\s?#]*)?/gu;

/** A word of a path; what is longer may be what a block explorer shows. */
const WORD = /(?<![\p{L}\p{N}])[\p{L}\p{N}]{1,25}(?![\p{L}\p{N}])/gu;

/**
 * Finds it, in order.
 * @param ours words that are ours and may stand anywhere: official addresses and names
 */
export function accountDataIn(text: string, ours: readonly string[] = []): AccountData[] {
  const own = new Set(ours.map((one) => one.toLowerCase()));
  // Full-width signs and digits mean the same.
  let left = text.replaceAll(/[！-～]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfe_e0));
  // The path of a page has numbers, too.
  left = left.replaceAll(LINK, (link) => link.replaceAll(WORD, (word) => word.replaceAll(/\d/gu, ' ')));
  const found: AccountData[] = [];
  for (const { kind, pattern, fits } of PATTERNS) {
    left = left.replaceAll(pattern, (match: string, ...rest: unknown[]) => {
      const start = rest.find((one) => typeof one === 'number');
      if (start === undefined || own.has(match.toLowerCase()) || fits?.(match) === false) return match;
      if (kind !== null) found.push({ kind, start, length: match.length });
      return ' '.repeat(match.length);
    });
  }
  return found.toSorted((one, other) => one.start - other.start);
}

/** Eight digits in groups are years, dates and ranges more often than anybody's number, but for the ways a phone is written. */
function isLong(groups: string): boolean {
  return groups.replaceAll(/\D/gu, '').length > 8 || /^\d{4}\D\d{4}$|^\d\d(?:\D\d\d){3}$/u.test(groups);
}

/** Groups of three after a space; with three in the first as well it is a phone, unless it is round. */
function isAmount(groups: string): boolean {
  return /^[1-9]\d?(?:\p{Zs}\d{3})+$|^[1-9]\d\d(?:\p{Zs}\d{3})*\p{Zs}000$/u.test(groups);
}

/** From a smaller amount to a greater one. */
function isRange(groups: string): boolean {
  const ends = groups.split(/\p{Zs}?\p{Pd}\p{Zs}?/u);
  const [least, most] = ends.map((end) =>
    Number(/^[1-9]\d{0,2}(?:\d{0,3}|(?:\p{Zs}\d{3})*)$/u.test(end) ? end.replaceAll(/\D/gu, '') : 'no'),
  );
  return ends.length === 2 && least !== undefined && most !== undefined && least < most;
}
