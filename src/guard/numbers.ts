import { cardContext } from './context.ts';
import { type Budget, type Span, spend } from './finding.ts';
import type { Run } from './private-keys.ts';

/** Luhn's checksum (ISO/IEC 7812-1, annex B). */
export function luhnHolds(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 0x30;
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Issuers' first digits and the lengths they use. */
const ISSUERS: readonly { prefix: RegExp; lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [16, 13, 19] },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16] },
  { prefix: /^62/, lengths: [16, 19, 17, 18] },
  { prefix: /^(?:30[0-5]|3095|36|3[89])/, lengths: [14, 16] },
  { prefix: /^220[0-4]/, lengths: [16, 19] },
];

/** Lengths in which a bare number is believed to be a card; longer ones are mostly order numbers. */
const BARE_LENGTHS = new Set([15, 16]);

/** How cards print their digits: lengths of the groups, two decimal places each (4-6-5 is 40605). */
const GROUPINGS = new Set([4_040_404, 40_605, 40_604, 404_040_403, 613]);

function looksLikeCard(digits: string): boolean {
  const known = ISSUERS.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  return known && luhnHolds(digits);
}

function isGap(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0xa0 || code === 0x2009 || code === 0x202f;
}

function grouped(text: string, runs: readonly Run[], from: number, budget: Budget): Span | null {
  const first = runs[from];
  if (first === undefined) return null;
  let shape = 0;
  let longest: Span | null = null;
  let end = first.start;
  for (let index = from; index < runs.length && index < from + 5; index += 1) {
    const run = runs[index];
    if (run === undefined) break;
    if (index > from && (run.start !== end + 1 || !isGap(text.charCodeAt(end)))) break;
    shape = shape * 100 + run.end - run.start;
    end = run.end;
    if (!GROUPINGS.has(shape)) continue;
    if (!spend(budget, 'cards') || looksLikeCard(text.slice(first.start, end).replaceAll(/\D/g, ''))) {
      longest = { rule: 'card', certain: true, start: first.start, end };
    }
  }
  return longest;
}

/** Payment cards among the digit runs of a text. Order numbers share their form, so the words before them count. */
export function findCards(text: string, runs: readonly Run[], budget: Budget): Span[] {
  const spans: Span[] = [];
  let covered = 0;
  for (const [index, run] of runs.entries()) {
    if (run.start < covered) continue;
    const length = run.end - run.start;
    let span: Span | null = null;
    if (length === 4 || length === 6) {
      span = grouped(text, runs, index, budget);
      if (span !== null && cardContext(text, span.start, budget) === 'number') span = { ...span, certain: false };
    } else if (length >= 13 && length <= 19 && looksLikeCard(text.slice(run.start, run.end))) {
      const context = cardContext(text, run.start, budget);
      if (context === 'card') span = { rule: 'card', certain: true, ...run };
      else if (context === 'none' && BARE_LENGTHS.has(length)) span = { rule: 'card', certain: false, ...run };
    }
    if (span === null) continue;
    spans.push(span);
    covered = span.end;
  }
  return spans;
}

/** Lengths of account numbers by country (IBAN registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MR: 27,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SC: 31,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};

function mod97(iban: string): number {
  let rest = 0;
  for (let index = 0; index < iban.length; index += 1) {
    const code = iban.charCodeAt((index + 4) % iban.length);
    const value = code < 0x41 ? code - 0x30 : code - 0x37;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

const IBAN_HEAD = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9]{3})/g;

/** Bank account numbers (ISO 13616): country, length and the remainder by 97 must fit. */
export function findIbans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(IBAN_HEAD)) {
    const wanted = IBAN_LENGTHS[match[0].slice(0, 2)];
    if (wanted === undefined) continue;
    let length = 0;
    let at = match.index;
    while (at < text.length && length < wanted) {
      const code = text.charCodeAt(at);
      if ((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)) length += 1;
      else if (!isGap(code) || isGap(text.charCodeAt(at - 1))) break;
      at += 1;
    }
    if (length !== wanted || /[A-Za-z0-9]/.test(text[at] ?? '')) continue;
    if (mod97(text.slice(match.index, at).replaceAll(/[^A-Z0-9]/g, '')) !== 1) continue;
    spans.push({ rule: 'iban', certain: true, start: match.index, end: at });
  }
  return spans;
}
