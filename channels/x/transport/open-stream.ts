import type { IncomingMessage } from 'node:http';
import https, { type Agent } from 'node:https';
import { ENDPOINTS } from '../endpoints.ts';
import { failureOf, XCallError } from '../errors.ts';
import type { XCredentials } from './authorisation/credentials.ts';
import { askSigned } from './authorisation/signing.ts';
import { loadLibrary, signed } from './library.ts';

/** Until the stream has answered, ms. */
const OPEN_MS = 15_000;
const MAX_REFUSAL_BYTES = 64 * 1024;
const WHAT = 'GET /2/activity/stream';

export interface StreamWay {
  agent: Agent;
  credentials: Pick<XCredentials, 'signIn'>;
  nowMs: () => number;
}

/**
 * Opens the activity stream. The library is asked for the signature alone: its own streams cannot be watched for their heartbeat.
 * @returns the answer's body, which goes on until one of both sides ends it
 * @throws {XCallError} for every answer but 200 and where there was none
 */
export async function openStream(way: StreamWay, signal: AbortSignal): Promise<IncomingMessage> {
  const library = await loadLibrary();
  const answered = await askSigned(
    { credentials: way.credentials, as: ENDPOINTS.activityStream.as, what: WHAT },
    signal,
    async (sign) => {
      const { url, headers } = await signed({ library, sign, endpoint: ENDPOINTS.activityStream, call: {} });
      const response = await answerTo(url, headers, way.agent, signal);
      if (response.statusCode === 200) return { response };
      const body = await refusalOf(response);
      const status = response.statusCode ?? 0;
      return { failure: failureOf({ status, headers: response.headers, body }, way.nowMs()) };
    },
    (one) => 'failure' in one && one.failure.status === 401,
  );
  if ('failure' in answered) throw new XCallError(WHAT, answered.failure);
  return answered.response;
}

function answerTo(
  url: URL,
  headers: Readonly<Record<string, string>>,
  agent: Agent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { agent, headers, signal });
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), OPEN_MS);
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      const message = `no stream (${'code' in error ? String(error.code) : error.message})`;
      reject(new XCallError(WHAT, { status: null, problem: null, message, retryAfterMs: null, sent: 'maybe' }));
    });
  });
}

async function refusalOf(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_REFUSAL_BYTES) break;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}
