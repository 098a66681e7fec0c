import type { Agent } from 'node:https';
import type { Endpoint } from '../endpoints.ts';
import type { SignIn } from './authorisation/credentials.ts';
import type { XAnswer, XCall } from './ports.ts';
import { uploadForm } from './upload-form.ts';
import { type WatchedRequest, watchRequest } from './watch-request.ts';

/** Under this name requests are signed, wherever the agent leads them. */
const ORIGIN = 'https://api.x.com';

const load = () => import('twitter-api-v2');
export type Library = Awaited<ReturnType<typeof load>>;

let loading: Promise<Library> | null = null;

/** Loads the library with the first call: only those with an account at X should pay for it. */
export function loadLibrary(): Promise<Library> {
  loading ??= load();
  return loading;
}

/** What became of one request; `lost`: there is no answer of use, and `message` says why, without anything of the request. */
export type Answered = { kind: 'answer'; answer: XAnswer } | { kind: 'lost'; message: string; sent: 'no' | 'maybe' };

export interface OneRequest {
  library: Library;
  agent: Agent;
  sign: SignIn;
  endpoint: Pick<Endpoint, 'method' | 'path'>;
  call: Pick<XCall, 'path' | 'query' | 'json' | 'piece'> & { form?: Readonly<Record<string, string>> };
  timeoutMs: number;
}

type Client = InstanceType<Library['TwitterApi']>;
type Settings = NonNullable<ConstructorParameters<Library['TwitterApi']>[1]>;

/** Makes one request through the library. Never repeats, never follows a redirect; never throws for trouble on the way. */
export async function request(one: OneRequest, signal: AbortSignal): Promise<Answered> {
  if (signal.aborted) return { kind: 'lost', message: 'stopped before it was asked', sent: 'no' };
  const watched = watchRequest();
  const client = clientFor(one, watched, signal);
  try {
    const { data, headers } = await send(client, one);
    const status = watched.status();
    if (status === null) return { kind: 'lost', message: 'the answer has no status', sent: 'maybe' };
    return { kind: 'answer', answer: { status, headers, body: data } };
  } catch (error) {
    return readError(error, one, watched, signal);
  }
}

/**
 * The address and the headers of a request with its signature, for what the library cannot do itself: it keeps every answer in memory,
 * so that files are asked for without it.
 */
export async function signed(
  one: Omit<OneRequest, 'timeoutMs' | 'agent'>,
): Promise<{ url: URL; headers: Readonly<Record<string, string>> }> {
  let made: { url: URL; headers: Readonly<Record<string, string>> } | null = null;
  const client = clientOf(one.library, one.sign, {
    plugins: [
      {
        onBeforeRequest({ computedParams: { url, headers } }) {
          made = { url, headers };
          throw new OnlySigned();
        },
      },
    ],
  });
  try {
    await send(client, { ...one, timeoutMs: 1_000 });
  } catch (error) {
    if (!(error instanceof OnlySigned)) throw error;
  }
  if (made === null) throw new TypeError('the library signed nothing');
  return made;
}

/** Ends a request that was only to be signed. */
class OnlySigned extends Error {}

function clientFor({ library, agent, sign }: OneRequest, watched: WatchedRequest, signal: AbortSignal): Client {
  return clientOf(library, sign, {
    httpAgent: agent,
    // The library does not listen for errors of what it unpacks: a broken answer would end the process.
    compression: false,
    plugins: [
      {
        onBeforeRequestConfig({ params }) {
          params.requestEventDebugHandler = watched.handler;
        },
        onBeforeRequest({ requestOptions }) {
          requestOptions.signal = signal;
        },
      },
    ],
  });
}

/** The library tells its ways to sign in apart by what it is given. */
function clientOf({ TwitterApi }: Library, sign: SignIn, settings: Settings): Client {
  switch (sign.kind) {
    case 'oauth1':
      return new TwitterApi(sign.tokens, settings);
    case 'basic':
      return new TwitterApi({ username: sign.user, password: sign.password }, settings);
    case 'bearer':
      return new TwitterApi(sign.token, settings);
    case 'none':
      return new TwitterApi(undefined, settings);
  }
}

function send(
  client: Client,
  { endpoint: { method, path }, call, timeoutMs }: Pick<OneRequest, 'endpoint' | 'call' | 'timeoutMs'>,
): Promise<{ data: unknown; headers: XAnswer['headers'] }> {
  const url = ORIGIN + pathOf(path, call.path ?? {});
  const query = { ...call.query };
  const args = { fullResponse: true, timeout: timeoutMs } as const;
  if (method === 'GET') return client.get<unknown>(url, query, args);
  if (method === 'DELETE') return client.delete<unknown>(url, query, args);
  const { body, ...how } = bodyOf(call);
  const post = { ...args, query, ...how };
  return method === 'POST' ? client.post<unknown>(url, body, post) : client.put<unknown>(url, body, post);
}

/** Copies: the library changes what it is given. */
function bodyOf(call: OneRequest['call']): {
  body: Record<string, unknown> | Buffer;
  forceBodyMode?: 'raw' | 'url';
  headers?: Record<string, string>;
} {
  if (call.piece !== undefined) {
    const { type, body } = uploadForm(call.piece);
    return { body, forceBodyMode: 'raw', headers: { 'content-type': type } };
  }
  if (call.form !== undefined) return { body: { ...call.form }, forceBodyMode: 'url' };
  return { body: { ...call.json } };
}

/** @throws {TypeError} when a placeholder has no value */
function pathOf(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)/gu, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`no value for :${name} in ${path}`);
    return encodeURIComponent(value);
  });
}

function readError(error: unknown, one: OneRequest, watched: WatchedRequest, signal: AbortSignal): Answered {
  const { ApiResponseError, ApiPartialResponseError, ApiRequestError } = one.library;
  if (error instanceof ApiResponseError) {
    return { kind: 'answer', answer: { status: error.code, headers: error.headers, body: error.data } };
  }
  const sent = watched.maybeWritten() ? 'maybe' : 'no';
  if (error instanceof ApiPartialResponseError) {
    const { statusCode, headers } = error.response;
    // Its status says all of a refusal; of a success the body is what counts.
    if (statusCode !== undefined && statusCode >= 300) {
      return { kind: 'answer', answer: { status: statusCode, headers, body: null } };
    }
    return { kind: 'lost', message: 'the answer could not be read', sent: 'maybe' };
  }
  if (signal.aborted) return { kind: 'lost', message: `no answer within ${one.timeoutMs} ms, or stopped`, sent };
  if (!(error instanceof ApiRequestError)) throw error;
  const why = watched.errorCode() ?? 'closed';
  return { kind: 'lost', message: `${sent === 'no' ? 'no connection' : 'connection lost'} (${why})`, sent };
}
