import { createHmac, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

/** `wrong`: what answered is none of the app's, and the webhook is done for. `away`: it may work later. */
export type CheckResult = 'passed' | 'wrong' | 'away';

/** What the app has to answer, resp. what signs a delivery. */
export function signatureOf(content: string | Uint8Array, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(content).digest('base64')}`;
}

/** Asks a webhook whether it is the app's: `GET ?crc_token=…&nonce=…` (docs.x.com, "Webhooks: the CRC check"). */
export function checkWebhook(address: string, appSecret: string, timeoutMs: number): Promise<CheckResult> {
  const token = randomBytes(24).toString('base64url');
  const url = new URL(address);
  url.searchParams.set('crc_token', token);
  url.searchParams.set('nonce', randomBytes(12).toString('base64url'));
  const get = url.protocol === 'https:' ? https.get : http.get;
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', () => resolve('away'));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 300 && status < 400) return resolve('wrong');
        if (status < 200 || status >= 400) return resolve('away');
        resolve(
          holdsAnswer(Buffer.concat(pieces).toString('utf8'), signatureOf(token, appSecret)) ? 'passed' : 'wrong',
        );
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('close', () => resolve('away'));
    request.on('error', (error) =>
      resolve('code' in error && /CERT|SSL|TLS/u.test(String(error.code)) ? 'wrong' : 'away'),
    );
  });
}

function holdsAnswer(text: string, expected: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return (
      typeof answer === 'object' && answer !== null && 'response_token' in answer && answer.response_token === expected
    );
  } catch {
    return false;
  }
}
