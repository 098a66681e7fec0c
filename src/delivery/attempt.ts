import { crashPoint } from '../core/crash-point.ts';
import type { DeliveryId } from '../core/model/ids.ts';
import type { SendOutcome } from '../core/model/outbound.ts';
import type { ChannelAccount, SendRequest } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { HeadDelivery, Work } from '../core/ports/pipeline-store.ts';
import { notCalled, resolveUnknown, type Verdict, verdictOf } from './outcome.ts';

/** Longest one platform call may take, ms; below it the channel's own timeouts apply. */
export const CALL_TIMEOUT_MS = 9_500;

/** Longest a platform may be asked whether a part arrived, ms: several calls, and a wait for what it shows late. */
export const LOOK_TIMEOUT_MS = 25_000;

/** How much later than a channel's own deadline we give a call up, ms. */
const DEADLINE_SLACK_MS = 1_500;

/** 22 characters that stay the same for all attempts of one part; fits Discord's nonce of 25. */
export function idempotencyKey(id: DeliveryId): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function requestOf(work: Work, head: HeadDelivery): SendRequest {
  return {
    action: head.action,
    threadKey: work.address,
    part: head.part,
    idempotencyKey: idempotencyKey(head.id),
    ...(head.target === null ? {} : { targetExternalId: head.target }),
    ...(head.replyTo === null ? {} : { replyToExternalId: head.replyTo }),
    ...(head.around === null || head.around.entry === null ? {} : { entry: head.around.entry }),
    ...(head.around === null || head.around.previous === null ? {} : { previousExternalId: head.around.previous }),
    madeAtMs: head.createdAtMs,
    ...(head.ambiguous > 0 ? { afterUnknown: true } : {}),
  };
}

/** One for all calls: channels keep their own, shorter deadlines, and a signal per call would only cost. */
const NEVER_ABORTED = new AbortController().signal;

/** Whatever a channel throws or forgets, the answer is an outcome; silence and surprise count as `surprise`. */
async function outcomeOf<T extends SendOutcome | { kind: 'absent' }, Surprise extends 'unknown' | 'transient'>(
  call: (signal: AbortSignal) => Promise<T>,
  surprise: Surprise,
  timeMs = CALL_TIMEOUT_MS,
): Promise<T | { kind: Surprise; reason: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ kind: Surprise; reason: string }>((resolve) => {
    timer = setTimeout(() => resolve({ kind: surprise, reason: `no answer within ${timeMs} ms` }), timeMs);
  });
  try {
    return await Promise.race([call(NEVER_ABORTED), late]);
  } catch (error) {
    return { kind: surprise, reason: error instanceof Error ? error.name : 'the channel failed in an unforeseen way' };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls the platform for a part that was committed as `sending`, unless the commit is too old by now: a process that was
 * stopped in between must not act on a lease it has lost.
 */
export async function attempt(work: Work, head: HeadDelivery, account: ChannelAccount, clock: Clock): Promise<Verdict> {
  if (clock.monotonicMs() > work.callBeforeMs) return notCalled('the claim was older than 800 ms');
  crashPoint('send.before-call');
  // The channel's own deadline comes first.
  const timeMs = Math.max(CALL_TIMEOUT_MS, (account.sendTimeMs?.(head.part) ?? 0) + DEADLINE_SLACK_MS);
  const outcome = await outcomeOf((signal) => account.send(requestOf(work, head), signal), 'unknown', timeMs);
  crashPoint('send.after-call');
  return verdictOf(head, outcome, account.capabilities.patience);
}

/** Settles a part whose outcome nobody knows: asks the platform where it can be asked, else by class. */
export async function resolve(work: Work, head: HeadDelivery, account: ChannelAccount): Promise<Verdict> {
  const { reconcile } = account;
  const looked =
    reconcile === undefined
      ? null
      : // Asking changes nothing, so it may be asked again.
        await outcomeOf(
          (signal) => reconcile.call(account, requestOf(work, head), signal),
          'transient',
          LOOK_TIMEOUT_MS,
        );
  return resolveUnknown(head, account.capabilities, looked);
}
