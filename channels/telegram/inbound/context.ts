import type { ForwardedFrom, MessageExtras } from '../../../src/core/model/extras.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';
import { answeredMessage } from '../group-rules.ts';
import { momentOf } from './place.ts';

type Fields = Readonly<Record<string, unknown>>;

/** How much of an answered message is kept with the answer, UTF-16 units; Telegram's own quotes have at most 1024. */
const MAX_QUOTE = 1_024;

/** A user's or chat's name as one line; empty when there is none. */
export function nameOf(source: Fields | null): string {
  if (source === null) return '';
  const name =
    stringOf(source['title']) ?? `${stringOf(source['first_name']) ?? ''} ${stringOf(source['last_name']) ?? ''}`;
  return nameLine(name) || nameLine(stringOf(source['username']) ?? '');
}

/** Whom an origin names (core.telegram.org/bots/api#messageorigin). */
function originOf(origin: Fields | null): ForwardedFrom | null {
  if (origin === null) return null;
  const atMs = momentOf(origin['date']);
  switch (origin['type']) {
    case 'user':
      return { kind: 'person', name: nameOf(recordOf(origin['sender_user'])), atMs };
    case 'hidden_user':
      return { kind: 'hidden', name: nameLine(stringOf(origin['sender_user_name']) ?? ''), atMs };
    case 'chat':
      return { kind: 'group', name: nameOf(recordOf(origin['sender_chat'])), atMs };
    case 'channel':
      return { kind: 'channel', name: nameOf(recordOf(origin['chat'])), atMs };
    default:
      return null;
  }
}

function snippet(text: string): string {
  return wellFormed(text).slice(0, MAX_QUOTE).toWellFormed();
}

/** The words a message answers: what its author picked of them, else their beginning. */
function quoteOf(message: Fields): NonNullable<MessageExtras['quote']> | null {
  const answered = answeredMessage(message);
  const external = recordOf(message['external_reply']);
  const picked = stringOf(recordOf(message['quote'])?.['text']);
  const whole = stringOf(answered?.['text']) ?? stringOf(answered?.['caption']);
  const text = picked ?? whole;
  if (text === null || text === '') return null;
  const author =
    nameOf(recordOf(answered?.['sender_chat']) ?? recordOf(answered?.['from'])) ||
    (originOf(recordOf(external?.['origin']))?.name ?? '');
  return { text: snippet(text), author: author === '' ? null : author };
}

/** Where a message stands: what it answers, and whose words it passes on. */
export function contextOf(message: Fields): Pick<MessageExtras, 'forwardedFrom' | 'quote'> {
  const forwardedFrom = originOf(recordOf(message['forward_origin']));
  const quote = quoteOf(message);
  return { ...(forwardedFrom === null ? {} : { forwardedFrom }), ...(quote === null ? {} : { quote }) };
}
