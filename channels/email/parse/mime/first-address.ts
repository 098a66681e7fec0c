/** What a local part consists of at most; nothing is said of whether an address is valid. */
const RUN = /[^\s<>"(),;:[\]]+/g;
const DOMAIN = /[^\s<>"(),;:]+/y;

/**
 * The first thing in a text that looks like a mail address, or null. Run by run, so that a long one without a sign `@` is gone through
 * once: strangers choose what stands in these fields, up to 64 KB of it.
 */
export function firstAddress(text: string): string | null {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    for (let at = run.lastIndexOf('@'); at > 0; at = at === run.length - 1 ? run.lastIndexOf('@', at - 1) : 0) {
      DOMAIN.lastIndex = index + at + 1;
      const domain = DOMAIN.exec(text)?.[0];
      if (domain !== undefined) return `${run.slice(0, at + 1)}${domain}`;
    }
  }
  return null;
}
