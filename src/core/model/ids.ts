/**
 * Branded ids: distinct types over plain strings, so that a thread id can never be passed where a message id belongs.
 * Rows use UUIDv7 (RFC 9562, 5.7); account and team ids are the short names written in the configuration.
 */
declare const brand: unique symbol;

/** A string that only {@link brandId} (or a store reading its own column) may produce. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type AccountId = Branded<'AccountId'>;
export type TeamId = Branded<'TeamId'>;
export type AgentId = Branded<'AgentId'>;
export type InstanceId = Branded<'InstanceId'>;
export type ContactId = Branded<'ContactId'>;
export type IdentityId = Branded<'IdentityId'>;
export type ThreadId = Branded<'ThreadId'>;
export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
export type DeliveryId = Branded<'DeliveryId'>;
export type EventId = Branded<'EventId'>;
export type TurnId = Branded<'TurnId'>;

/** Marks a string as an id of the wanted kind. The one place where a plain string becomes a branded one. */
export function brandId<Id extends Branded<string>>(value: string): Id {
  return value as Id;
}
