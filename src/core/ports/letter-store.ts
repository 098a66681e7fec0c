import type { AccountId, DeliveryId } from '../model/ids.ts';
import type { AuthorRef, References, ThreadRef } from '../model/inbound.ts';

/** A thread there is, as an event names its own. */
export type PlacedThread = Required<Pick<ThreadRef, 'key' | 'kind' | 'chatKey'>>;

/** Finds where something belongs that names what it answers. */
export interface ThreadFinder {
  /**
   * The thread of the first reference that is one of ours and in which the named participant takes part: one whose part there is
   * proven only if the participant is proven now too. Null: none.
   */
  byReferences(account: AccountId, references: References): Promise<PlacedThread | null>;
  /** Where a part of ours was sent, and to whom. */
  ofDelivery(account: AccountId, delivery: DeliveryId | string): Promise<(PlacedThread & { author: AuthorRef }) | null>;
}
