const HAN = /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u;

/** One or two letters for a name: of Han and kindred names the first character alone. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first = '?'] = Array.from(words[0] ?? '?');
  if (HAN.test(first) || words.length < 2) return first.toLocaleUpperCase();
  const [last = ''] = Array.from(words.at(-1) ?? '');
  return (first + last).toLocaleUpperCase();
}

/** A hue from an id: the same id always has the same. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const unit of id) hash = (hash * 31 + (unit.codePointAt(0) ?? 0)) % 9_973;
  return (hash * 47) % 360;
}
