/** The domain of the first address in a name, in small letters. Word by word and from the end: strangers choose names, and how long. */
export function shownDomain(name: string): string | null {
  for (const word of name.split(/[\s<>"'()]+/u)) {
    const end = [...word.matchAll(/\.[a-z]{2,}/giu)].at(-1);
    if (end === undefined || end.index < 3) continue;
    const at = word.lastIndexOf('@', end.index - 2);
    if (at > 0) return word.slice(at + 1, end.index + end[0].length).toLowerCase();
  }
  return null;
}
