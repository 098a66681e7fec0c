import type { Delivery } from '../api/model.ts';

/** From the least done to the most. */
const PROGRESS: readonly Delivery['state'][] = ['scheduled', 'pending', 'sending', 'sent', 'delivered', 'read'];

/** What is said about a message's parts together, and the parts that need words of their own. */
export interface DeliverySummary {
  /** The part that is furthest behind of those that go well; null when none does. */
  summary: Delivery | null;
  troubled: readonly Delivery[];
}

/** The parts that are the message itself. What was done to it later (edits, a deletion) never says whether it was sent. */
export function sendParts(deliveries: readonly Delivery[]): readonly Delivery[] {
  return deliveries.filter((one) => one.action === 'send');
}

/** What may be said of a part that was sent: it is late, it reached only some of those it was for, or they complained of it. */
const AFTER_SENDING: readonly (string | null)[] = ['delayed', 'partly', 'complaint'];

/** It was sent, and there is more to say of it. */
export function hasAfterword({ state, errorKind }: Delivery): boolean {
  return ['sent', 'delivered', 'read'].includes(state) && AFTER_SENDING.includes(errorKind);
}

export function summaryOf(deliveries: readonly Delivery[]): DeliverySummary {
  const parts = sendParts(deliveries);
  const well = parts.filter((one) => PROGRESS.includes(one.state));
  const [summary] = well.toSorted((left, right) => PROGRESS.indexOf(left.state) - PROGRESS.indexOf(right.state));
  return { summary: summary ?? null, troubled: parts.filter((one) => !PROGRESS.includes(one.state)) };
}

/**
 * Whether a message's summary says nothing new, because the next message of its group says the same: one "Sent" under ten
 * messages is enough.
 */
export function saysTheSame(deliveries: readonly Delivery[], next: readonly Delivery[] | undefined): boolean {
  if (next === undefined) return false;
  const [own, following] = [summaryOf(deliveries), summaryOf(next)];
  if (sendParts(deliveries).some(hasAfterword)) return false;
  return own.troubled.length === 0 && own.summary !== null && own.summary.state === following.summary?.state;
}
