import type { Normalised } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { nameLine } from '../shared/well-formed.ts';
import { snowflakeOf } from './ids.ts';
import { readDeletions, readReaction, readServerGone } from './inbound/changes.ts';
import { type Dispatch, filed, type NormaliseContext, parked } from './inbound/dispatch.ts';
import { readInteraction } from './inbound/interaction.ts';
import { readMessage } from './inbound/message.ts';

export type { NormaliseContext } from './inbound/dispatch.ts';

/** Every kind of dispatch that means something to us, and who reads it. */
const READERS: Readonly<Record<string, (dispatch: Dispatch) => Normalised | Normalised[]>> = {
  MESSAGE_CREATE: readMessage,
  MESSAGE_UPDATE: readMessage,
  MESSAGE_DELETE: readDeletions,
  MESSAGE_DELETE_BULK: readDeletions,
  MESSAGE_REACTION_ADD: readReaction,
  MESSAGE_REACTION_REMOVE: readReaction,
  INTERACTION_CREATE: readInteraction,
  GUILD_DELETE: readServerGone,
};

/** Kinds that exist and say nothing of conversations, by the beginning of their name (topics/gateway-events). */
const NOISE =
  /^(?:HELLO|READY|RESUMED|RATE_LIMITED|APPLICATION_|AUTO_MODERATION_|CHANNEL_|THREAD_|ENTITLEMENT_|SUBSCRIPTION_|GUILD_|INTEGRATION_|INVITE_|MESSAGE_POLL_VOTE_|MESSAGE_REACTION_REMOVE_|PRESENCE_|PRESENCES_|SESSIONS_|SOUNDBOARD_|STAGE_|TYPING_|USER_|VOICE_|WEBHOOKS_)/u;

/** Whether a kind of dispatch is known and nothing of it has to be stored. */
export function isNoise(kind: string): boolean {
  return !Object.hasOwn(READERS, kind) && NOISE.test(kind);
}

/** Reads one payload. Pure; never throws, whatever it is given. */
export function normaliseDispatch(payload: unknown, context: NormaliseContext): Normalised[] {
  const fields = recordOf(payload);
  const given = stringOf(fields?.['t']);
  if (fields === null || given === null) {
    return [parked(`digest:${payloadDigest(payload)}`, 'not a dispatch of Discord')];
  }
  const kind = nameLine(given, 64) || 'unnamed';
  const content = recordOf(fields['d']);
  const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  // Of most dispatches nobody needs it: thousands a second may be what others say to each other.
  const eventKey = (): string => `${kind}:${payloadDigest(fields['d'])}`;
  if (reader === undefined) {
    // What Discord adds one day is kept raw and seen by a person; nothing vanishes because we are older than it.
    return [
      NOISE.test(kind) ? filed(eventKey(), `dispatch ${kind}`) : parked(eventKey(), `dispatch of unknown kind ${kind}`),
    ];
  }
  if (content === null) return [parked(eventKey(), `dispatch ${kind} without content`)];
  const about = recordOf(fields['about']) ?? {};
  const selfId = snowflakeOf(about['selfId']) ?? context.selfId;
  return [reader({ kind, content, about, context: { ...context, selfId } })].flat();
}
