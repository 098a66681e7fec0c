import type { Span } from './finding.ts';

const MARK = /["“”'\\]{1,4}crypto["“”'\\]{1,4}\s{0,8}:/gi;
const PARTS = /ciphertext|cipherparams|kdfparams/i;

/** Longest key file worth following, UTF-16 units; real ones stay under 2,000. */
const LONGEST = 20_000;

function closingBrace(text: string, start: number): number {
  let depth = 0;
  const limit = Math.min(text.length, start + LONGEST);
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x7b) depth += 1;
    else if (code === 0x7d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  // Cut off or broken: what follows may still belong to it.
  return limit;
}

/** Encrypted wallet files (Ethereum's Web3 Secret Storage): a JSON object with `crypto` holding a ciphertext. */
export function findKeystores(text: string): Span[] {
  const spans: Span[] = [];
  let covered = 0;
  for (const match of text.matchAll(MARK)) {
    if (match.index < covered) continue;
    if (!PARTS.test(text.slice(match.index, match.index + 1_000))) continue;
    // The object often begins with `address` and `id`, a few hundred characters before.
    const opened = text.lastIndexOf('{', match.index);
    const start = opened >= covered && match.index - opened < 1_000 ? opened : match.index;
    const end = opened === start ? closingBrace(text, start) : Math.min(text.length, start + LONGEST);
    spans.push({ rule: 'keystore', certain: true, start, end });
    covered = end;
  }
  return spans;
}
