import type { Run } from './private-keys.ts';

/** Letters and digits that run on for this long may be a key. */
const LONG_RUN = 32;

const DIGIT = 1;
const LETTER = 2;
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  if (code >= 0x30 && code <= 0x39) CLASSES[code] = DIGIT;
  else if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) CLASSES[code] = LETTER;
}

/** What one pass over a text shows; decides which rules need to look at it. */
export interface Survey {
  /** Places where a word may begin: ASCII words and characters beyond ASCII. */
  words: number;
  digits: number;
  longRuns: Run[];
  digitRuns: Run[];
  /** Some run of digits is as long as a one-time code. */
  codes: boolean;
  /** Longest stretch without a space, as far as ASCII goes. */
  longestToken: number;
  brackets: boolean;
  lastDigitEnd: number;
  capitals: number;
}

/** Reads a text once, character by character. */
export function survey(text: string): Survey {
  const seen: Survey = {
    words: 0,
    digits: 0,
    longRuns: [],
    digitRuns: [],
    codes: false,
    longestToken: 0,
    brackets: false,
    lastDigitEnd: -1,
    capitals: 0,
  };
  let runStart = -1;
  let digitStart = -1;
  let tokenStart = 0;
  let lettersBefore = false;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const kind = code < 128 ? CLASSES[code] : 0;
    if (kind === DIGIT) {
      seen.digits += 1;
      if (digitStart < 0) digitStart = at;
    } else if (digitStart >= 0) {
      const length = at - digitStart;
      if (length <= 8 && (length >= 4 || (length === 3 && at - seen.lastDigitEnd === 4))) seen.codes = true;
      seen.lastDigitEnd = at;
      // A number glued to letters is part of a name, not a card.
      if (length >= 3 && kind === 0 && runStart === digitStart) seen.digitRuns.push({ start: digitStart, end: at });
      digitStart = -1;
    }
    if (kind === LETTER) {
      if (!lettersBefore) seen.words += 1;
      lettersBefore = true;
      if (code < 0x61) seen.capitals += 1;
    } else {
      lettersBefore = false;
      if (code > 127) seen.words += 1;
      else if (code === 0x7b || code === 0x5b || code === 0x2d) seen.brackets = true;
    }
    if (kind !== 0) {
      if (runStart < 0) runStart = at;
    } else if (runStart >= 0) {
      if (at - runStart >= LONG_RUN) seen.longRuns.push({ start: runStart, end: at });
      runStart = -1;
    }
    if (code <= 0x20 || code > 127) {
      if (at - tokenStart > seen.longestToken) seen.longestToken = at - tokenStart;
      tokenStart = at + 1;
    }
  }
  return seen;
}
