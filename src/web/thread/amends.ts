import type { Delivery } from '../api/model.ts';

/**
 * What is to be told of what was done to a message after it was sent. A later edit or reaction takes the place of the one before; a
 * deletion of several parts is there once, and the part that went wrong is the one to tell of. What arrived is seen, and needs no words.
 */
export function untoldAmends(deliveries: readonly Delivery[]): Delivery[] {
  const byOrdinal = deliveries.toSorted((left, right) => left.ordinal - right.ordinal);
  const last = (action: Delivery['action']): Delivery | undefined => byOrdinal.findLast((one) => one.action === action);
  const deletions = byOrdinal.filter((one) => one.action === 'delete');
  const told = [last('edit'), last('react'), deletions.find(isLost) ?? deletions.find(isUnderWay)];
  return told.filter((one) => one !== undefined).filter((one) => isLost(one) || isUnderWay(one));
}

/** It did not arrive, or nobody knows. */
export const isLost = ({ state }: Delivery): boolean =>
  state === 'failed' || state === 'bounced' || state === 'needs_review' || state === 'cancelled';
const isUnderWay = ({ state }: Delivery): boolean =>
  state === 'scheduled' || state === 'pending' || state === 'sending' || state === 'retry' || state === 'unknown';
