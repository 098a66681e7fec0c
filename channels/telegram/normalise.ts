import type { Normalised } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { integerOf, recordOf } from '../shared/read-unknown.ts';
import { nameLine } from '../shared/well-formed.ts';
import { readBusinessConnection, readDeletions, readMembership, readReaction } from './inbound/changes.ts';
import { readMessage } from './inbound/message.ts';
import { fileUpdate, type NormaliseContext, parkUpdate, type Update } from './inbound/place.ts';
import { readPress, readVote } from './inbound/press.ts';

export type { NormaliseContext } from './inbound/place.ts';

/** Every kind of update that means something to us, and who reads it. */
const READERS: Readonly<Record<string, (update: Update, context: NormaliseContext) => Normalised | Normalised[]>> = {
  message: (update, context) => readMessage(update, true, context),
  edited_message: (update, context) => readMessage(update, false, context),
  business_message: (update, context) => readMessage(update, true, context),
  edited_business_message: (update, context) => readMessage(update, false, context),
  deleted_business_messages: readDeletions,
  business_connection: readBusinessConnection,
  message_reaction: readReaction,
  callback_query: readPress,
  poll_answer: readVote,
  my_chat_member: readMembership,
};

/** The kinds we ask Telegram for; always sent in full, since leaving it out keeps whatever was set before. */
export const ALLOWED_UPDATES: readonly string[] = Object.keys(READERS);

/** Kinds that exist and are none of ours; a webhook that somebody else set may bring them. */
const NOISE = new Set([
  'channel_post',
  'edited_channel_post',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
]);

/** Reads one update. Pure; never throws, whatever it is given. */
export function normaliseUpdate(payload: unknown, context: NormaliseContext): Normalised[] {
  const fields = recordOf(payload);
  const id = integerOf(fields?.['update_id']);
  if (fields === null || id === null) {
    return [{ outcome: 'parked', eventKey: `digest:${payloadDigest(payload)}`, reason: 'not a Telegram update' }];
  }
  const kind = Object.keys(fields).find((key) => key !== 'update_id') ?? 'empty';
  const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  const update: Update = { id, kind: nameLine(kind, 64) || 'unnamed', content: recordOf(fields[kind]) };
  if (reader !== undefined) return [reader(update, context)].flat();
  // What Telegram adds one day is kept raw and seen by a person; nothing vanishes because we are older than it.
  return [
    NOISE.has(kind) || kind === 'empty'
      ? fileUpdate(update, `update of kind ${update.kind}`)
      : parkUpdate(update, `update of unknown kind ${update.kind}`),
  ];
}
