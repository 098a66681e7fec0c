import type { Normalised } from '../../../src/core/model/inbound.ts';
import { payloadDigest } from '../../shared/payload-digest.ts';
import { recordOf } from '../../shared/read-unknown.ts';
import { readDirectEvent } from './direct.ts';
import { type Fields, filed, includedIn, parked, type Reading } from './event.ts';
import { readPost } from './post.ts';

/** X answers with at most 100. */
const MAX_ENTRIES = 1_000;
const DIRECT_KIND = /^(?:MessageCreate|Participants\w*)$/u;

/** Whether a payload is an answer of the current API to a question: posts or direct events, one or many. */
export function isPage(payload: Fields): boolean {
  return 'data' in payload || 'meta' in payload || Array.isArray(payload['errors']);
}

/** Reads a page of the mentions timeline or of direct events, or a single one of either. */
export function readPage(page: Fields, reading: Reading): Normalised[] {
  const given: unknown = page['data'];
  const entries: unknown[] = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given];
  if (entries.length === 0) return [filed(`page:${payloadDigest(page)}`, 'a page without entries')];
  const included = includedIn(page['includes']);
  const events = entries.slice(0, MAX_ENTRIES).flatMap((entry: unknown): Normalised[] => {
    const fields = recordOf(entry);
    const read =
      fields === null
        ? []
        : isDirect(fields)
          ? readDirectEvent(fields, included, reading)
          : 'text' in fields || 'author_id' in fields
            ? readPost({ post: fields, included }, reading)
            : [];
    return read.length === 0 ? [parked(`page:${payloadDigest(entry)}`, 'neither a post nor a direct message')] : read;
  });
  return entries.length > MAX_ENTRIES
    ? [...events, parked(`page:${payloadDigest(page)}`, 'a page that is too long')]
    : events;
}

function isDirect(entry: Fields): boolean {
  const kind = entry['event_type'];
  return 'dm_conversation_id' in entry || 'sender_id' in entry || (typeof kind === 'string' && DIRECT_KIND.test(kind));
}
