/**
 * Whether a post called us. Since February 2026 X takes a reply to a post only if its author mentioned the account that answers or
 * quoted one of its posts; the inbound message keeps which of these it was as its `entry`.
 */

/** `mention`: our name was written. `quote`: a post of ours was quoted. `reply`: it answers us, and X alone put our name there. */
export type Summons = 'mention' | 'quote' | 'reply';

const ENTRY = /^x:(mention|quote|reply)$/u;

/** How a message keeps by what it called us. */
export function entryOf(summons: Summons): string {
  return `x:${summons}`;
}

/** The way back of {@link entryOf}; null: the message is no post that called us. */
export function summonsOf(entry: string | null): Summons | null {
  const [, summons] = ENTRY.exec(entry ?? '') ?? [];
  return summons === 'mention' || summons === 'quote' || summons === 'reply' ? summons : null;
}

/** Whether X's rule lets us answer it in public without a doubt; of a mere `reply` it says nothing, so it may be refused. */
export function isSummoned(entry: string | null): boolean {
  const summons = summonsOf(entry);
  return summons === 'mention' || summons === 'quote';
}
