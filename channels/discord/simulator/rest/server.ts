import type http from 'node:http';
import { finderOf } from '../../../shared/simulator/routes.ts';
import type { DrawnFaults, FaultRule } from '../faults.ts';
import { ACCOUNT_ROUTES } from './account-routes.ts';
import { CHANNEL_ROUTES } from './channel-routes.ts';
import { ApiError } from './errors.ts';
import { INTERACTION_ROUTES } from './interaction-routes.ts';
import { MESSAGE_ROUTES } from './message-routes.ts';
import type { RateLimiter } from './rate-limits.ts';
import { readBody } from './request-body.ts';
import type { RestAnswer, RestContext } from './route.ts';

const find = finderOf({ ...ACCOUNT_ROUTES, ...CHANNEL_ROUTES, ...MESSAGE_ROUTES, ...INTERACTION_ROUTES });
const DEFAULT_SLOW_MS = 1_000;

export interface RestServerContext {
  rest: RestContext;
  faults: DrawnFaults;
  limiter: RateLimiter;
  latencyMs(): number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Answers one call under `/api/v10`. `path` has no version and no query. */
export async function serveRest(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  path: string,
  query: URLSearchParams,
  server: RestServerContext,
): Promise<void> {
  const { rest, faults, limiter } = server;
  let limits: Record<string, string> = {};
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    if (response.destroyed) return;
    const json = body === undefined ? '' : JSON.stringify(body);
    response.writeHead(status, {
      ...(json === '' ? {} : { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(json),
      ...limits,
      ...headers,
    });
    response.end(json);
  };
  const tooMany = (afterMs: number, scope: 'user' | 'global' | 'shared'): void => {
    const seconds = Math.ceil(afterMs) / 1_000;
    answer(
      429,
      { message: 'You are being rate limited.', retry_after: seconds, global: scope === 'global' },
      {
        'retry-after': String(Math.ceil(seconds)),
        'x-ratelimit-scope': scope,
        ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
      },
    );
  };

  let fault: FaultRule | null = null;
  let note: (status: number, code: number | null) => void = () => undefined;
  try {
    const read = await readBody(request);
    const found = find(request.method ?? 'GET', path);
    if (found === null) return answer(404, { message: '404: Not Found', code: 0 });
    const needsToken = !/^\/(?:interactions|webhooks)\//.test(path) && found.name !== 'GET /gateway';
    const isBot = request.headers.authorization === `Bot ${rest.context.token}` && !rest.context.tokenRevoked();
    if (needsToken && !isBot) return answer(401, { message: '401: Unauthorized', code: 0 });
    const interaction = rest.interactions.byToken(found.params['token'] ?? '');
    const channelId = path.startsWith('/channels/') ? (found.params['id'] ?? null) : (interaction?.channelId ?? null);
    fault = faults.forCall(found.name, channelId);
    const delayMs = server.latencyMs() + (fault?.kind === 'slow' ? (fault.latencyMs ?? DEFAULT_SLOW_MS) : 0);
    if (delayMs > 0) await pause(delayMs);
    if (fault !== null && strikesBefore(fault, response, answer, tooMany)) return;
    const verdict = limiter.take(found.name, found.params['id'] ?? found.params['token'] ?? '');
    limits = verdict.headers;
    if (verdict.retryAfterMs !== null) return tooMany(verdict.retryAfterMs, verdict.scope);
    const body = typeof read.json === 'object' && read.json !== null && !Array.isArray(read.json) ? read.json : {};
    note = (status, code) =>
      void rest.log.call({
        atMs: rest.context.clock.nowMs(),
        route: found.name,
        path,
        channelId,
        body: read.json,
        status,
        code,
        answered: fault === null || !/_after$|^not_json$/.test(fault.kind),
      });
    const result: RestAnswer = found.route(
      {
        params: found.params,
        query,
        body: body as Record<string, unknown>,
        list: Array.isArray(read.json) ? read.json : null,
        files: read.files,
      },
      rest,
    );
    const status = result.status ?? (result.body === undefined ? 204 : 200);
    note(status, null);
    if (fault !== null && strikesAfter(fault, response, answer)) return;
    answer(status, result.body);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      answer(500, { message: '500: Internal Server Error', code: 0 });
      // A mistake of the simulator must not look like a platform's bad day.
      if (!response.destroyed && !request.destroyed) throw error;
      return;
    }
    note(error.status, error.code);
    const { status, code, message, errors } = error;
    answer(status, { message, code, ...(errors === undefined ? {} : { errors }) });
  }
}

type Answer = (status: number, body: unknown) => void;

/** Faults that keep the platform from acting. */
function strikesBefore(
  fault: FaultRule,
  response: http.ServerResponse,
  answer: Answer,
  tooMany: (afterMs: number, scope: 'user' | 'global' | 'shared') => void,
): boolean {
  switch (fault.kind) {
    case 'rate_limited':
      tooMany((fault.retryAfterSeconds ?? 1) * 1_000, fault.scope ?? 'user');
      return true;
    case 'error_before':
      answer(fault.status ?? 500, { message: fault.message ?? '500: Internal Server Error', code: 0 });
      return true;
    case 'refuse':
      answer(fault.status ?? 400, { message: fault.message ?? 'Refused on demand', code: fault.code ?? 0 });
      return true;
    case 'drop_before':
      response.socket?.destroy();
      return true;
    case 'hang_before':
      return true;
    default:
      return false;
  }
}

/** Faults that keep the caller from learning what the platform did. */
function strikesAfter(fault: FaultRule, response: http.ServerResponse, answer: Answer): boolean {
  switch (fault.kind) {
    case 'error_after':
      answer(fault.status ?? 500, { message: '500: Internal Server Error', code: 0 });
      return true;
    case 'drop_after':
      response.socket?.destroy();
      return true;
    case 'hang_after':
      return true;
    case 'not_json':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>proxy</body></html>');
      return true;
    default:
      return false;
  }
}
