import { type Person, userObject } from './world.ts';

interface PublicChat {
  id: number;
  title: string;
  username?: string;
}

/** Whose message was passed on. `date` in seconds; a day before by default. */
export type ForwardOrigin = { date?: number } & (
  | { type: 'user'; person: Person }
  /** Somebody who does not let others link to their account. */
  | { type: 'hidden_user'; name: string }
  | { type: 'chat'; chat: PublicChat; signature?: string }
  | { type: 'channel'; chat: PublicChat; messageId: number; signature?: string }
);

const DAY_SECONDS = 86_400;

/** `forward_origin` of a message (Bot API, MessageOrigin). */
export function originFields(origin: ForwardOrigin): Record<string, unknown> {
  const date = origin.date ?? Math.floor(Date.now() / 1_000) - DAY_SECONDS;
  return { forward_origin: { type: origin.type, date, ...whose(origin) } };
}

function whose(origin: ForwardOrigin): Record<string, unknown> {
  switch (origin.type) {
    case 'user':
      return { sender_user: userObject(origin.person) };
    case 'hidden_user':
      return { sender_user_name: origin.name };
    case 'chat':
      return { sender_chat: { type: 'supergroup', ...origin.chat }, ...signed(origin) };
    default:
      return { chat: { type: 'channel', ...origin.chat }, message_id: origin.messageId, ...signed(origin) };
  }
}

function signed({ signature }: { signature?: string }): Record<string, unknown> {
  return signature === undefined ? {} : { author_signature: signature };
}
