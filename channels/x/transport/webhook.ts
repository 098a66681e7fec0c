import type { WebhookRequest, WebhookVerdict } from '../../../src/core/ports/channel.ts';
import { createRateLimit } from '../../shared/rate-limit.ts';
import { integerOf, jsonIn, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { microsOfActivity } from '../budget/activities.ts';
import { snowflakeOf } from '../ids.ts';
import { activityIn } from '../inbound/activity.ts';
import { revokedUserIn } from '../normalise.ts';
import { answerCrc, createSignatureCheck } from './signature.ts';
import type { Wrapping } from './wrap.ts';

/** What is taken is kept with what was known when it came. */
export type XVerdict = Exclude<WebhookVerdict, { verdict: 'accept' }> | { verdict: 'accept'; body: Buffer };

export interface WebhookCheckParts {
  /** The app's consumer secret. */
  secret: string;
  /** Our own user id; null while unknown: then it is learned, and X delivers again or the gap is read. */
  selfId: () => string | null;
  learnSoon: () => void;
  wrapping: Wrapping;
  nowMs: () => number;
  /** Something came. `micros`: what X charges for it. */
  onDelivery: (micros: number) => void;
  /** Our own user took back the access. */
  onRevoked: () => void;
}

/** X asks once an hour at most, and at every registration. Each address has its own, so that no stranger uses up what X needs. */
const PROOFS_PER_MINUTE = 30;

const refuse = (status: number, message: string): XVerdict => ({ verdict: 'refuse', status, message });

/** Makes the judge of what comes to the account's webhook. */
export function createWebhookCheck(parts: WebhookCheckParts): (request: WebhookRequest) => XVerdict {
  const { secret, wrapping, nowMs } = parts;
  const isSigned = createSignatureCheck(secret);
  const proofs = createRateLimit(PROOFS_PER_MINUTE, nowMs);

  function prove({ query, address }: WebhookRequest): XVerdict {
    const proof = answerCrc(query['crc_token'], secret);
    if (proof === null) return refuse(400, 'no crc_token of X');
    if (proofs.take(address) > 0) return refuse(429, 'too many checks');
    return { verdict: 'answer', contentType: 'application/json', body: JSON.stringify(proof) };
  }

  return (request) => {
    const { method, headers, body } = request;
    if (method === 'GET') return prove(request);
    const signed = isSigned({ headers, body });
    if (signed.verdict === 'refuse') return signed;
    // A proof signs whatever X's tokens may look like: only an object is a delivery.
    const fields = recordOf(jsonIn(body.toString('utf8')));
    if (fields === null) return refuse(400, 'not a delivery of X');
    const selfId = parts.selfId();
    if (selfId === null) {
      parts.learnSoon();
      return refuse(503, 'the account does not know yet who it is');
    }
    const userId = forWhom(fields);
    // Accounts of one app share its secret.
    if (userId !== null && userId !== selfId) return refuse(403, 'signed for another account');
    if (revokedUserIn(fields) === selfId) parts.onRevoked();
    parts.onDelivery(microsOfActivity(fields));
    return { verdict: 'accept', body: wrapping.wrap(fields, selfId, body) };
  };
}

/** The account an activity is for; null: it does not say. */
export function forWhom(body: Readonly<Record<string, unknown>>): string | null {
  const older = body['for_user_id'];
  // Without quotes it has lost digits, and is nobody's.
  if (integerOf(older) !== null) return String(older);
  return snowflakeOf(stringOf(older)) ?? snowflakeOf(recordOf(activityIn(body)?.['filter'])?.['user_id']);
}
