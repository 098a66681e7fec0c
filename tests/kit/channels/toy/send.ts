import type { SendOutcome } from '../../../../src/core/model/outbound.ts';
import type { SendRequest } from '../../../../src/core/ports/channel.ts';
import { outcomeOfStatus, outcomeOfThrow } from './errors.ts';
import type { ToyCall } from './transport.ts';

export async function sendToy(call: ToyCall, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  if (signal.aborted) return { kind: 'transient', reason: 'aborted before the call' };
  const { action, part, threadKey, targetExternalId, idempotencyKey } = request;
  const target = `/messages/${targetExternalId ?? ''}`;
  try {
    const answer =
      action === 'send'
        ? await call('POST', '/messages', { to: threadKey, text: part['text'], key: idempotencyKey }, signal)
        : action === 'edit'
          ? await call('PUT', target, { text: part['text'] }, signal)
          : await call('DELETE', target, null, signal);
    if (answer.status !== 200) return outcomeOfStatus(answer.status);
    return { kind: 'sent', externalId: targetExternalId ?? idOf(answer.value) };
  } catch (error) {
    return outcomeOfThrow(error);
  }
}

/** Looks a send up by its key. */
export async function reconcileToy(
  call: ToyCall,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome | { kind: 'absent' }> {
  const answer = await call('GET', `/messages?key=${encodeURIComponent(request.idempotencyKey)}`, null, signal);
  if (answer.status === 404) return { kind: 'absent' };
  return answer.status === 200 ? { kind: 'sent', externalId: idOf(answer.value) } : outcomeOfStatus(answer.status);
}

function idOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null;
}
