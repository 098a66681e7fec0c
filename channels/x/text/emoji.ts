/**
 * Emoji that count as one although they consist of several characters: exactly those of X's own text library (Emoji 11, after
 * twemoji-parser 11.0.2, MIT). Newer ones are counted by their pieces, which is never less than what X counts; a single character
 * counts two as it is.
 */

const TONE = '[\\u{1F3FB}-\\u{1F3FF}]';
const SHOWN = '\\uFE0F';
const JOINED = '\\u200D';
const GENDER = '[\\u2640\\u2642]';
const CHILDREN = '[\\u{1F466}\\u{1F467}]';

/** People at their work: health, justice, flight with a variation mark, the others without. */
const WORK = `[\\u{1F468}\\u{1F469}]${TONE}?${JOINED}(?:[\\u2695\\u2696\\u2708]${SHOWN}|[\\u{1F33E}\\u{1F373}\\u{1F393}\\u{1F3A4}\\u{1F3A8}\\u{1F3EB}\\u{1F3ED}\\u{1F4BB}\\u{1F4BC}\\u{1F527}\\u{1F52C}\\u{1F680}\\u{1F692}\\u{1F9B0}-\\u{1F9B3}])`;
const ATHLETES = '\\u{1F3CB}\\u{1F3CC}\\u{1F574}\\u{1F575}\\u26F9';
const SPORT = `[${ATHLETES}](?:${TONE}|${SHOWN})${JOINED}${GENDER}${SHOWN}`;
const ACTION = `[\\u{1F3C3}\\u{1F3C4}\\u{1F3CA}\\u{1F46E}\\u{1F471}\\u{1F473}\\u{1F477}\\u{1F481}\\u{1F482}\\u{1F486}\\u{1F487}\\u{1F645}-\\u{1F647}\\u{1F64B}\\u{1F64D}\\u{1F64E}\\u{1F6A3}\\u{1F6B4}-\\u{1F6B6}\\u{1F926}\\u{1F935}\\u{1F937}-\\u{1F939}\\u{1F93D}\\u{1F93E}\\u{1F9B8}\\u{1F9B9}\\u{1F9D6}-\\u{1F9DD}]${TONE}?${JOINED}${GENDER}${SHOWN}`;

const HEART = `${JOINED}\\u2764${SHOWN}${JOINED}`;
const KISS = `${HEART}\\u{1F48B}${JOINED}`;
const TWO_CHILDREN = `${JOINED}(?:\\u{1F466}${JOINED}\\u{1F466}|\\u{1F467}${JOINED}${CHILDREN})`;
const ONE_CHILD = `${JOINED}${CHILDREN}`;
const MAN = '\\u{1F468}';
const WOMAN = '\\u{1F469}';
const FAMILY = [
  `${MAN}${KISS}${MAN}`,
  `${MAN}${JOINED}[${MAN}${WOMAN}]${TWO_CHILDREN}`,
  `${WOMAN}${KISS}[${MAN}${WOMAN}]`,
  `${WOMAN}${JOINED}${WOMAN}${TWO_CHILDREN}`,
  `${MAN}${HEART}${MAN}`,
  `${MAN}${TWO_CHILDREN}`,
  `${MAN}${JOINED}[${MAN}${WOMAN}]${ONE_CHILD}`,
  `${WOMAN}${HEART}[${MAN}${WOMAN}]`,
  `${WOMAN}${TWO_CHILDREN}`,
  `${WOMAN}${JOINED}${WOMAN}${ONE_CHILD}`,
  `[${MAN}${WOMAN}]${ONE_CHILD}`,
].join('|');
/** The rainbow flag, the pirate flag, the eye that witnesses, and pairs of people, wrestlers, genies and zombies. */
const OTHER_JOINED = `\\u{1F3F3}${SHOWN}${JOINED}\\u{1F308}|\\u{1F3F4}${JOINED}\\u2620${SHOWN}|\\u{1F441}${JOINED}\\u{1F5E8}|[\\u{1F46F}\\u{1F93C}\\u{1F9DE}\\u{1F9DF}]${JOINED}${GENDER}${SHOWN}`;

const KEYCAP = `[#*0-9]${SHOWN}?\\u20E3`;
/** Characters that are letters or signs unless the mark says that a picture is meant. */
const MARKED = `[©®\\u2122\\u265F\\u{1F004}\\u{1F170}\\u{1F171}\\u{1F17E}\\u{1F17F}\\u{1F202}\\u{1F21A}\\u{1F22F}\\u{1F237}\\u{1F321}\\u{1F324}-\\u{1F32C}\\u{1F336}\\u{1F37D}\\u{1F396}\\u{1F397}\\u{1F399}-\\u{1F39B}\\u{1F39E}\\u{1F39F}\\u{1F3CD}\\u{1F3CE}\\u{1F3D4}-\\u{1F3DF}\\u{1F3F3}\\u{1F3F5}\\u{1F3F7}\\u{1F43F}\\u{1F441}\\u{1F4FD}\\u{1F549}\\u{1F54A}\\u{1F56F}\\u{1F570}\\u{1F573}\\u{1F576}-\\u{1F579}\\u{1F587}\\u{1F58A}-\\u{1F58D}\\u{1F5A5}\\u{1F5A8}\\u{1F5B1}\\u{1F5B2}\\u{1F5BC}\\u{1F5C2}-\\u{1F5C4}\\u{1F5D1}-\\u{1F5D3}\\u{1F5DC}-\\u{1F5DE}\\u{1F5E1}\\u{1F5E3}\\u{1F5E8}\\u{1F5EF}\\u{1F5F3}\\u{1F5FA}\\u{1F6CB}\\u{1F6CD}-\\u{1F6CF}\\u{1F6E0}-\\u{1F6E5}\\u{1F6E9}\\u{1F6F0}\\u{1F6F3}\\u203C\\u2049\\u2139\\u2194-\\u2199\\u21A9\\u21AA\\u231A\\u231B\\u2328\\u23CF\\u23ED-\\u23EF\\u23F1\\u23F2\\u23F8-\\u23FA\\u24C2\\u25AA\\u25AB\\u25B6\\u25C0\\u25FB-\\u25FE\\u2600-\\u2604\\u260E\\u2611\\u2614\\u2615\\u2618\\u2620\\u2622\\u2623\\u2626\\u262A\\u262E\\u262F\\u2638-\\u263A\\u2640\\u2642\\u2648-\\u2653\\u2660\\u2663\\u2665\\u2666\\u2668\\u267B\\u267F\\u2692-\\u2697\\u2699\\u269B\\u269C\\u26A0\\u26A1\\u26AA\\u26AB\\u26B0\\u26B1\\u26BD\\u26BE\\u26C4\\u26C5\\u26C8\\u26CF\\u26D1\\u26D3\\u26D4\\u26E9\\u26EA\\u26F0-\\u26F5\\u26F8\\u26FA\\u26FD\\u2702\\u2708\\u2709\\u270F\\u2712\\u2714\\u2716\\u271D\\u2721\\u2733\\u2734\\u2744\\u2747\\u2757\\u2763\\u2764\\u27A1\\u2934\\u2935\\u2B05-\\u2B07\\u2B1B\\u2B1C\\u2B50\\u2B55\\u3030\\u303D\\u3297\\u3299]${SHOWN}`;
const MARKED_THEN_TONED = `[${ATHLETES}\\u{1F590}\\u261D\\u26F7\\u270C\\u270D](?:${SHOWN}${TONE}?|${TONE})`;
const TONED = `[\\u{1F385}\\u{1F3C2}-\\u{1F3C4}\\u{1F3C7}\\u{1F3CA}\\u{1F442}\\u{1F443}\\u{1F446}-\\u{1F450}\\u{1F466}-\\u{1F469}\\u{1F46E}\\u{1F470}-\\u{1F478}\\u{1F47C}\\u{1F481}-\\u{1F483}\\u{1F485}-\\u{1F487}\\u{1F4AA}\\u{1F57A}\\u{1F595}\\u{1F596}\\u{1F645}-\\u{1F647}\\u{1F64B}-\\u{1F64F}\\u{1F6A3}\\u{1F6B4}-\\u{1F6B6}\\u{1F6C0}\\u{1F6CC}\\u{1F918}-\\u{1F91C}\\u{1F91E}\\u{1F91F}\\u{1F926}\\u{1F930}-\\u{1F939}\\u{1F93D}\\u{1F93E}\\u{1F9B5}\\u{1F9B6}\\u{1F9B8}\\u{1F9B9}\\u{1F9D1}-\\u{1F9DD}\\u270A\\u270B]${TONE}`;

/** Flags, by the second letters that go with a first one (ISO 3166). */
const COUNTRIES: Readonly<Record<string, string>> = {
  A: 'CDEFGILMOQRSTUWXZ',
  B: 'ABDEFGHIJLMNOQRSTVWYZ',
  C: 'ACDFGHIKLMNOPRUVWXYZ',
  D: 'EGJKMOZ',
  E: 'ACEGHRSTU',
  F: 'IJKMOR',
  G: 'ABDEFGHILMNPQRSTUWY',
  H: 'KMNRTU',
  I: 'CDELMNOQRST',
  J: 'EMOP',
  K: 'EGHIMNPRWYZ',
  L: 'ABCIKRSTUVY',
  M: 'ACDEFGHKLMNOPQRSTUVWXYZ',
  N: 'ACEFGILOPRUZ',
  O: 'M',
  P: 'AEFGHKLMNRSTWY',
  Q: 'A',
  R: 'EOSUW',
  S: 'ABCDEGHIJKLMNORSTVXYZ',
  T: 'ACDFGHJKLMNORTVWZ',
  U: 'AGMNSYZ',
  V: 'ACEGINU',
  W: 'FS',
  X: 'K',
  Y: 'ET',
  Z: 'AMW',
};
const REGIONAL_A = 0x1f1e6;
const regional = (letter: string): string =>
  String.fromCodePoint(REGIONAL_A + letter.charCodeAt(0) - 'A'.charCodeAt(0));
const COUNTRY = Object.entries(COUNTRIES)
  .map(([first, seconds]) => `${regional(first)}[${Array.from(seconds, regional).join('')}]`)
  .join('|');
const TAG_BASE = 0xe0000;
const tags = (letters: string): string =>
  Array.from(letters, (letter) => String.fromCodePoint(TAG_BASE + letter.charCodeAt(0))).join('');
/** England, Scotland, Wales. */
const REGION = `\\u{1F3F4}(?:${['gbeng', 'gbsct', 'gbwls'].map(tags).join('|')})\\u{E007F}`;

const SEQUENCES = [
  WORK,
  SPORT,
  ACTION,
  FAMILY,
  OTHER_JOINED,
  KEYCAP,
  MARKED,
  MARKED_THEN_TONED,
  TONED,
  REGION,
  COUNTRY,
].join('|');

/** The emoji of several characters in a text, in order; UTF-16 offsets, `end` exclusive. */
export function emojiSequencesIn(text: string): { start: number; end: number }[] {
  return Array.from(text.matchAll(new RegExp(SEQUENCES, 'gu')), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}
