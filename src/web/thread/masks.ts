/** A stretch of a message as it is drawn: text, or where the guard hid a secret. */
export type Stretch = { type: 'text'; text: string } | { type: 'mask'; rule: string; certain: boolean };

export interface Mask {
  rule: string;
  certain: boolean;
  start: number;
  length: number;
}

/** Cuts a text at its masks. Positions are UTF-16 units, as the guard counts. */
export function cutAtMasks(text: string, masks: readonly Mask[]): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const mask of masks.toSorted((left, right) => left.start - right.start)) {
    if (mask.start < at || mask.start >= text.length) continue;
    if (mask.start > at) stretches.push({ type: 'text', text: text.slice(at, mask.start) });
    stretches.push({ type: 'mask', rule: mask.rule, certain: mask.certain });
    at = mask.start + mask.length;
  }
  if (at < text.length) stretches.push({ type: 'text', text: text.slice(at) });
  return stretches;
}

const DOTS = /•{4,}/g;

/**
 * Cuts text from a formatted body, whose nodes have no positions in the whole: runs of the guard's dots are the masks, told apart by
 * their length.
 */
export function cutAtDots(text: string, masks: readonly Mask[]): Stretch[] {
  if (masks.length === 0) return [{ type: 'text', text }];
  const found = [...text.matchAll(DOTS)].map((match) => {
    const like = masks.find((mask) => mask.length === match[0].length) ?? masks[0];
    return { rule: like?.rule ?? '', certain: like?.certain ?? false, start: match.index, length: match[0].length };
  });
  return cutAtMasks(text, found);
}
