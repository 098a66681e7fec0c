import { setTimeout as pause } from 'node:timers/promises';
import { linked } from '../../src/core/linked-signal.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { SendRequest } from '../../src/core/ports/channel.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { ENDPOINTS } from './endpoints.ts';
import { XCallError } from './errors.ts';
import { firstIdAt, madeAtMs, messageKeyOf, XKeyError } from './ids.ts';
import { type Fields, idIn, momentOf, recordsIn } from './inbound/event.ts';
import { readPart, type XPart } from './part.ts';
import { type Destination, destinationOf } from './places.ts';
import type { Headers } from './rate-limits.ts';
import { isAbort, type SendParts, SHOWS_NOTHING, troubleOf } from './send.ts';
import { hasFiles, isSameText } from './text/same-text.ts';
import { BudgetUsedUp, type XCall } from './transport/ports.ts';

/** All of it, ms: below the core's own patience, so that no second look begins beside it. */
const LOOK_TIME_MS = 24_000;
/** What was just sent is among the newest: a few are asked for first, since X charges for each. X takes no fewer posts. */
const FIRST_PAGE = 5;
/** Posts or messages asked for at once then, and how many times in all: a busy account ends the search, not the truth. */
const PAGE = 20;
const MOST_PAGES = 10;
/** How far our clock may be off where X does not say what time it is, ms; where it says, by how much its answer is old. */
const SKEW_MS = 30_000;
const DATE_STEP_MS = 2_000;
/** What X took shows up among what it lists a little later, ms. */
const SETTLE_MS = 4_000;

type Looked = { kind: 'found'; externalId: string } | { kind: 'nothing' } | { kind: 'too_much' };
type Place = Exclude<Destination, { kind: 'nowhere' }>;

/**
 * Looks for a part whose fate is not known among what the account wrote since the part's row was made: the same text, in answer to the
 * same post resp. to the same person. Not finding it counts only after X had time to show it and everything was looked at.
 */
export async function lookUp(
  parts: SendParts & { settleMs?: number },
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome | { kind: 'absent' }> {
  if (request.action !== 'send') return { kind: 'absent' };
  const deadline = linked(signal, LOOK_TIME_MS);
  try {
    const selfId = await parts.selfId(deadline.signal);
    const place = await destinationOf(request, () => Promise.resolve(selfId));
    if (place.kind === 'nowhere') return { kind: 'absent' };
    const search = { place, selfId, part: readPart(request.part), rowAtMs: request.madeAtMs };
    let looked = await look(parts, search, deadline.signal);
    if (looked.kind === 'nothing') {
      await pause(parts.settleMs ?? SETTLE_MS, undefined, { signal: deadline.signal });
      looked = await look(parts, search, deadline.signal);
    }
    if (looked.kind === 'nothing') return { kind: 'absent' };
    if (looked.kind === 'found') return { kind: 'sent', externalId: looked.externalId };
    return {
      kind: 'unknown',
      reason: `the account wrote more than ${FIRST_PAGE + PAGE * (MOST_PAGES - 1)} times since`,
    };
  } catch (error) {
    if (error instanceof XKeyError) return { kind: 'absent' };
    if (error instanceof XCallError || error instanceof BudgetUsedUp) {
      return troubleOf(error, SHOWS_NOTHING, parts.clock.nowMs());
    }
    if (deadline.signal.aborted && isAbort(error)) {
      return { kind: 'transient', reason: 'X took too long to tell what it has' };
    }
    throw error;
  } finally {
    deadline.release();
  }
}

interface Search {
  place: Place;
  selfId: string;
  part: XPart;
  /** When the part was made, ms. */
  rowAtMs: number;
}

async function look(parts: SendParts, search: Search, signal: AbortSignal): Promise<Looked> {
  let token: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { body, headers } = await parts.rest.call(callOf(search, token, page === 0 ? FIRST_PAGE : PAGE), signal);
    const sinceMs = search.rowAtMs + aheadMs(headers, parts.clock.nowMs());
    const given = recordsIn(recordOf(body)?.['data'], PAGE * 10);
    const matches = given.flatMap((one) => matchOf(one, search, sinceMs) ?? []);
    // The same words may have been sent before. Parts of a thread are settled in their order, so the store knows of all those.
    const taken = new Set(matches.length === 0 ? [] : await parts.taken(matches));
    const externalId = matches.find((one) => !taken.has(one));
    if (externalId !== undefined) return { kind: 'found', externalId };
    token = stringOf(recordOf(recordOf(body)?.['meta'])?.['next_token']);
    // Newest first: behind an older one there are older ones only.
    const isOlder = given.some((one) => (atMsOf(one) ?? sinceMs) < sinceMs - SKEW_MS);
    if (token === null || isOlder) return { kind: 'nothing' };
  }
  return { kind: 'too_much' };
}

function callOf({ place, selfId, rowAtMs }: Search, token: string | null, size: number): XCall {
  const paging = { max_results: size, ...(token === null ? {} : { pagination_token: token }) };
  if (place.kind === 'post') {
    return {
      endpoint: 'ownPosts',
      purpose: 'answer',
      path: { id: selfId },
      query: {
        ...paging,
        since_id: firstIdAt(rowAtMs - 10 * SKEW_MS),
        'tweet.fields': 'attachments,created_at,entities,note_tweet,referenced_tweets',
      },
      mostMicros: size * ENDPOINTS.ownPosts.microsEach,
    };
  }
  return {
    endpoint: place.kind === 'direct' ? 'directEventsWith' : 'directEventsIn',
    purpose: 'answer',
    path: { id: place.kind === 'direct' ? place.partnerId : place.conversationId },
    query: {
      ...paging,
      event_types: 'MessageCreate',
      'dm_event.fields': 'id,text,event_type,created_at,sender_id,attachments,entities',
    },
    mostMicros: size * ENDPOINTS.directEventsWith.microsEach,
  };
}

/** The key of what X shows, where it is what we look for. */
function matchOf(shown: Fields, { place, selfId, part }: Search, sinceMs: number): string | null {
  const id = idIn(shown, 'id');
  const atMs = atMsOf(shown);
  if (id === null || atMs === null || atMs < sinceMs) return null;
  if (place.kind === 'post' ? !answers(shown, place.inReplyTo) : idIn(shown, 'sender_id') !== selfId) return null;
  // A long post says all of its words in a field of its own.
  const words = recordOf(shown['note_tweet']) ?? shown;
  const withFiles = hasFiles(shown);
  if (withFiles !== (part.file !== undefined)) return null;
  const theirs = { text: words['text'], entities: words['entities'] ?? shown['entities'], hasFiles: withFiles };
  return isSameText(part.text, theirs, part.invites)
    ? messageKeyOf({ kind: place.kind === 'post' ? 'post' : 'direct', id })
    : null;
}

function answers(post: Fields, postId: string): boolean {
  return recordsIn(post['referenced_tweets'] ?? post['referenced_posts'], 10).some(
    (one) => one['type'] === 'replied_to' && one['id'] === postId,
  );
}

function atMsOf(shown: Fields): number | null {
  const id = idIn(shown, 'id');
  return (id === null ? null : madeAtMs(id)) ?? momentOf(shown['created_at']);
}

/** By how much X's clock is ahead of ours, at least, ms. */
function aheadMs(headers: Headers, nowMs: number): number {
  const date = headers['date'];
  const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(theirsMs) ? theirsMs - nowMs - DATE_STEP_MS : -SKEW_MS;
}
