import { AsyncLocalStorage } from 'node:async_hooks';
import type { REST, RequestMethod, ResponseLike } from 'discord.js';
import { linked } from '../../../src/core/linked-signal.ts';
import { recordOf } from '../../shared/read-unknown.ts';
import { failureOf } from './call-failure.ts';

import {
  type DiscordCallBody,
  DiscordCallError,
  type DiscordMethod,
  type DiscordRest,
  type DiscordUpload,
} from './ports.ts';

/** Longest time of a call without files. Under 10 s, as every platform call of a delivery must be. */
export const CALL_TIMEOUT_MS = 8_000;
/** Least speed of an upload before it is given up, bytes a second. */
const UPLOAD_BYTES_PER_SECOND = 250_000;
/** The library's own time limit lies behind ours, so that ours decides. */
const LIBRARY_TIMEOUT_MS = 180_000;
const PLATFORM_HOST = 'discord.com';
const SECOND_MS = 1_000;

/** What became of one request: set when its first byte may have been written. */
interface Attempt {
  begun: boolean;
}

interface Client {
  rest: REST;
  methods: Readonly<Record<DiscordMethod, RequestMethod>>;
}

export interface RestOptions {
  token: string;
  apiRoot: string;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
  timeoutMs?: number;
}

/** How long a call with these files may take, ms. */
export function callTimeMs(
  files: readonly Pick<DiscordUpload, 'sizeBytes'>[] | undefined,
  callTimeoutMs = CALL_TIMEOUT_MS,
): number {
  const bytes = (files ?? []).reduce((sum, file) => sum + file.sizeBytes, 0);
  return callTimeoutMs + Math.ceil((bytes / UPLOAD_BYTES_PER_SECOND) * SECOND_MS);
}

/**
 * Makes the client of one bot: discord.js' REST for buckets, headers and forms, without its repeats, and without waiting
 * inside. The library is loaded with the first call: it takes half a second that only those with a Discord account should pay.
 */
export function createDiscordRest(options: RestOptions): DiscordRest {
  const nowMs = options.nowMs ?? (() => performance.now());
  const attempts = new AsyncLocalStorage<Attempt>();
  const recent: number[] = [];
  let client: Promise<Client> | null = null;

  const load = async (): Promise<Client> => {
    const { DefaultRestOptions, REST, RequestMethod } = await import('discord.js');
    const methods = {
      GET: RequestMethod.Get,
      POST: RequestMethod.Post,
      PATCH: RequestMethod.Patch,
      PUT: RequestMethod.Put,
      DELETE: RequestMethod.Delete,
    };
    const rest = new REST({
      api: options.apiRoot,
      version: '10',
      retries: 0,
      timeout: LIBRARY_TIMEOUT_MS,
      // The limit is the platform's; another server tells its own in headers.
      globalRequestsPerSecond: new URL(options.apiRoot).hostname === PLATFORM_HOST ? 50 : 100_000,
      rejectOnRateLimit: () => true,
      makeRequest: async (url, init) => {
        const attempt = attempts.getStore();
        if (attempt !== undefined) attempt.begun = true;
        recent.push(nowMs());
        return withWaitInHeader(await DefaultRestOptions.makeRequest(url, init));
      },
    });
    return { rest, methods };
  };
  const trim = (): void => {
    const since = nowMs() - SECOND_MS;
    while ((recent[0] ?? Number.POSITIVE_INFINITY) < since) recent.shift();
  };

  return {
    async call(method, path, body, signal) {
      const what = nameOf(method, path);
      const attempt: Attempt = { begun: false };
      const timeoutMs = callTimeMs(body?.files, options.timeoutMs);
      const deadline = linked(signal, timeoutMs);
      try {
        if (signal.aborted) throw new DOMException('stopped', 'AbortError');
        client ??= load();
        const { rest, methods } = await client;
        trim();
        // The library forgets its token with the first 401.
        rest.setToken(options.token);
        return await attempts.run(attempt, () => send(rest, methods[method], path, body, deadline.signal));
      } catch (error) {
        throw new DiscordCallError(what, withoutToken(failureOf(error, attempt.begun, timeoutMs), options.token));
      } finally {
        deadline.release();
      }
    },
    recentCalls() {
      trim();
      return recent.length;
    },
    close() {
      void client?.then(
        ({ rest }) => {
          rest.clearHashSweeper();
          rest.clearHandlerSweeper();
        },
        () => undefined,
      );
    },
  };
}

async function send(
  rest: REST,
  method: RequestMethod,
  path: string,
  body: DiscordCallBody | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(body?.query ?? {})) query.set(name, String(value));
  const files = await Promise.all((body?.files ?? []).map(readUpload));
  const isPublic = /^\/(?:interactions|webhooks)\//.test(path);
  const response = await rest.queueRequest({
    fullRoute: `/${path.replace(/^\/+/, '')}`,
    method,
    ...(body?.json === undefined ? {} : { body: body.json }),
    ...(files.length === 0 ? {} : { files }),
    ...(body?.query === undefined ? {} : { query }),
    auth: !isPublic,
    signal,
  });
  if (response.status === 204) return null;
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

/**
 * A refusal for its rate tells how long to wait in a header or in its body alone (topics/rate-limits); the library reads the header. What
 * has neither, such as the page of a shield before the API, stays without.
 */
async function withWaitInHeader(response: ResponseLike): Promise<ResponseLike> {
  if (response.status !== 429 || Number(response.headers.get('Retry-After')) > 0) return response;
  const text = await response.text().catch(() => '');
  const body = recordOf(parsed(text));
  const seconds = body?.['retry_after'];
  const headers = new Headers([...response.headers]);
  headers.delete('Retry-After');
  if (typeof seconds === 'number' && seconds > 0) headers.set('Retry-After', String(seconds));
  if (body?.['global'] === true) {
    headers.set('X-RateLimit-Global', 'true');
    headers.set('X-RateLimit-Scope', 'global');
  }
  return new Response(text, { status: response.status, statusText: response.statusText, headers });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The library takes files whole; a request holds 25 MiB at most. */
async function readUpload(file: DiscordUpload): Promise<{ name: string; contentType: string; data: Buffer }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.open()) pieces.push(piece);
  return { name: file.name, contentType: file.contentType, data: Buffer.concat(pieces) };
}

/** A call's name for logs; tokens of interactions and webhooks are left out. */
function nameOf(method: string, path: string): string {
  return `${method} ${path
    .replace(/^(\/interactions\/\d+)\/[^/]+/, '$1/[token]')
    .replace(/^(\/webhooks\/\d+)\/[^/]+/, '$1/[token]')
    .replace(/\?.*$/, '')}`;
}

function withoutToken<T extends { message: string }>(failure: T, token: string): T {
  return { ...failure, message: failure.message.replaceAll(token, '[token]') };
}
