const NUL = '\u0000';

/**
 * Text the store can hold: lone surrogates and NUL become U+FFFD. The length in UTF-16 units stays, so that offsets of
 * formatting keep pointing at the same characters.
 */
export function wellFormed(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes(NUL) ? formed.replaceAll(NUL, '\uFFFD') : formed;
}

/** C0, C1 and the bidirectional controls: a name with them can dress up as another one. */
// oxlint-disable-next-line no-control-regex -- the control characters are what is looked for
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Something the eye can see: no white space, nothing that only joins or marks, no letter that is blank. */
const VISIBLE = /[^\s\p{C}\p{M}\u115F\u1160\u2800\u3164\uFFA0]/u;

/** A person's or group's name as one harmless line of at most `maxLength` UTF-16 units; empty when nothing of it can be seen. */
export function nameLine(name: string, maxLength = 256): string {
  const line = wellFormed(name).replaceAll(UNSEEN, ' ').replaceAll(/\s+/gu, ' ').trim();
  if (!VISIBLE.test(line)) return '';
  return line.length <= maxLength ? line : line.slice(0, maxLength).toWellFormed();
}
