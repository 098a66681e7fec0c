import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest, WebhookVerdict } from '../../../src/core/ports/channel.ts';

const SIGNATURE_HEADER = 'x-twitter-webhooks-signature';
const PREFIX = 'sha256=';
/** What X sends is far shorter, and nothing else is signed for anybody: our answer proves that we know the secret. */
const CRC_TOKEN = /^[A-Za-z0-9+/=_.-]{8,256}$/u;
const REFUSED: WebhookVerdict = { verdict: 'refuse', status: 401, message: 'missing or wrong signature' };

function signatureOf(content: string | Buffer, secret: string): string {
  return `${PREFIX}${createHmac('sha256', secret).update(content).digest('base64')}`;
}

/**
 * Answers X's check that the webhook is ours (`GET ?crc_token=…`, at registration and repeatedly).
 * @param secret the app's consumer secret
 * @returns the body of the answer; null: the token is none of X's, and is refused
 */
export function answerCrc(token: unknown, secret: string): { response_token: string } | null {
  if (typeof token !== 'string' || !CRC_TOKEN.test(token)) return null;
  return { response_token: signatureOf(token, secret) };
}

/** Makes the judge of webhook requests: X signs the bytes of the body. Compared in constant time. */
export function createSignatureCheck(
  secret: string,
): (request: Pick<WebhookRequest, 'headers' | 'body'>) => WebhookVerdict {
  return ({ headers, body }) => {
    const given = headers[SIGNATURE_HEADER];
    if (typeof given !== 'string') return REFUSED;
    return timingSafeEqual(digest(given), digest(signatureOf(body, secret))) ? { verdict: 'accept' } : REFUSED;
  };
}

/** Equal lengths whatever was sent. */
function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
