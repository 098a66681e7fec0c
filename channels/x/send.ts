import { linked } from '../../src/core/linked-signal.ts';
import type { RenderedPart, SendOutcome } from '../../src/core/model/outbound.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import { outcomeOfFile } from '../shared/file-trouble.ts';
import { type Attempt, outcomeOf, outcomeOfAnswer, XCallError } from './errors.ts';
import { messageOfKey, XKeyError } from './ids.ts';
import { readPart, uploadBytes, type XPart } from './part.ts';
import { type Destination, destinationOf, isPublic } from './places.ts';
import { postMicros } from './price.ts';
import { BudgetUsedUp, type XCall, type XRest } from './transport/ports.ts';
import { OwnFileTrouble, UploadRefused, upload, uploadTimeMs } from './uploads.ts';

/** All that one part without files may take, ms: below the core's own patience. */
const SEND_TIME_MS = 9_000;
/** Where X's button "send a private message" leads (developer.x.com, "Deep linking to welcome messages"). */
const COMPOSE = 'https://twitter.com/messages/compose?recipient_id=';

/** Whatever becomes of the call, nobody sees anything of it. */
export const SHOWS_NOTHING: Attempt = { shows: false, to: 'public', afterUnknown: false };

/** What the calls of an account need. */
export interface SendParts {
  rest: XRest;
  files: FileSource;
  clock: Pick<Clock, 'nowMs'>;
  /** Who we are. @throws {XCallError} */
  selfId(signal: AbortSignal): Promise<string>;
  /** Of these platform ids those that messages of ours have already: what a look finds is not theirs. */
  taken(externalIds: readonly string[]): Promise<string[]>;
}

/** Longest {@link sendToX} takes for a part, ms. */
export function sendTimeMs(part: RenderedPart): number {
  if (uploadBytes(part) === 0) return SEND_TIME_MS;
  const { file } = readPart(part);
  return SEND_TIME_MS + (file === undefined ? 0 : uploadTimeMs(file));
}

/** Performs one row of the outbox at X. Trouble is an outcome; a throw means that the request makes no sense. */
export async function sendToX(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  try {
    return await perform(parts, request, signal);
  } catch (error) {
    // Where nobody can be, X was not asked.
    if (error instanceof XKeyError) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}

async function perform(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  switch (request.action) {
    case 'send':
      return await sendPart(parts, request, signal);
    case 'delete':
      return await deletePost(parts, request, signal);
    case 'edit':
      return {
        kind: 'invalid',
        reason: 'X has no way to edit posts or messages for programs: delete it and write anew',
      };
    case 'react':
      return { kind: 'invalid', reason: 'X has no reactions of programs' };
  }
}

async function sendPart(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  const part = readPart(request.part);
  const attempt: Attempt = {
    shows: true,
    to: isPublic(request.threadKey) ? 'public' : 'direct',
    afterUnknown: request.afterUnknown === true,
  };
  const deadline = linked(signal, sendTimeMs(request.part));
  let asked = false;
  try {
    const destination = await destinationOf(request, () => parts.selfId(deadline.signal));
    if (destination.kind === 'nowhere') return { kind: 'invalid', reason: destination.reason };
    const fileId = part.file === undefined ? null : await upload(parts, part.file, attempt.to, deadline.signal);
    const inviteTo = part.invites && destination.kind === 'post' ? await parts.selfId(deadline.signal) : null;
    asked = true;
    const answer = await parts.rest.call(callOf(destination, part, { fileId, inviteTo }), deadline.signal);
    return outcomeOfAnswer(answer, attempt, parts.clock.nowMs());
  } catch (error) {
    if (deadline.signal.aborted && isAbort(error)) {
      return { kind: 'transient', reason: 'X took too long to look through the file; nothing was sent' };
    }
    if (asked) return troubleOf(error, attempt, parts.clock.nowMs());
    return troubleBefore(error, parts.clock.nowMs());
  } finally {
    deadline.release();
  }
}

/** The one call that shows something to somebody. */
function callOf(
  destination: Exclude<Destination, { kind: 'nowhere' }>,
  { text }: XPart,
  { fileId, inviteTo }: { fileId: string | null; inviteTo: string | null },
): XCall {
  const words = text === '' ? {} : { text };
  if (destination.kind === 'post') {
    return {
      endpoint: 'createPost',
      purpose: 'answer',
      mostMicros: postMicros(text, destination.isSummoned),
      json: {
        ...words,
        reply: { in_reply_to_tweet_id: destination.inReplyTo },
        ...(fileId === null ? {} : { media: { media_ids: [fileId] } }),
        ...(inviteTo === null ? {} : { direct_message_deep_link: COMPOSE + inviteTo }),
      },
    };
  }
  const json = { ...words, ...(fileId === null ? {} : { attachments: [{ media_id: fileId }] }) };
  return destination.kind === 'direct'
    ? { endpoint: 'sendDirect', purpose: 'answer', path: { id: destination.partnerId }, json }
    : { endpoint: 'sendDirectTo', purpose: 'answer', path: { id: destination.conversationId }, json };
}

/** Takes a post back. Repeating does no harm, and one that is gone is taken back. */
async function deletePost(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  if (request.targetExternalId === undefined) throw new TypeError('a delete names no message');
  const target = messageOfKey(request.targetExternalId);
  if (target?.kind !== 'post') {
    return { kind: 'invalid', reason: 'X takes back posts only: a direct message would go for ourselves alone' };
  }
  try {
    await parts.rest.call({ endpoint: 'deletePost', purpose: 'answer', path: { id: target.id } }, signal);
  } catch (error) {
    const isGone = error instanceof XCallError && error.failure.status === 404;
    if (!isGone) return troubleOf(error, SHOWS_NOTHING, parts.clock.nowMs());
  }
  return { kind: 'sent', externalId: request.targetExternalId };
}

/** Trouble before the one call that shows something: nothing was sent, so that all of it may be repeated. */
function troubleBefore(error: unknown, nowMs: number): SendOutcome {
  if (error instanceof XKeyError || error instanceof TypeError) throw error;
  const isKnown = [XCallError, BudgetUsedUp, UploadRefused, OwnFileTrouble].some((kind) => error instanceof kind);
  if (isKnown) return troubleOf(error, SHOWS_NOTHING, nowMs);
  return { kind: 'transient', reason: error instanceof Error ? error.name : 'something went wrong before X was asked' };
}

/** Whether waiting ended because nobody waits any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What trouble means for a delivery. @throws what is none of X's */
export function troubleOf(error: unknown, attempt: Attempt, nowMs: number): SendOutcome {
  if (error instanceof XCallError) return outcomeOf(error.failure, attempt);
  if (error instanceof BudgetUsedUp) {
    const retryAfterMs = Math.max(1_000, error.refillsAtMs - nowMs);
    return { kind: 'transient', reason: error.message, retryAfterMs };
  }
  if (error instanceof UploadRefused) return { kind: 'invalid', reason: error.message };
  if (error instanceof OwnFileTrouble) return outcomeOfFile(error.cause);
  throw error;
}
