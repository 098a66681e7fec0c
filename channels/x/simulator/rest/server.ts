import type http from 'node:http';
import { giveOut } from '../../../shared/simulator/give-out.ts';
import { finderOf } from '../../../shared/simulator/routes.ts';
import { authenticate } from '../authorisation/authenticate.ts';
import { createOAuth1Check } from '../authorisation/oauth1.ts';
import type { FaultRule } from '../faults.ts';
import type { XApiCall } from '../platform-log.ts';
import { ACTIVITY_ROUTES } from './activity-routes.ts';
import { createRecentTexts } from './create-post.ts';
import { DIRECT_ROUTES } from './direct-routes.ts';
import { ApiError, clientForbidden, creditsDepleted, notFound, tooManyRequests } from './errors.ts';
import { MEDIA_ROUTES } from './media-routes.ts';
import { postRoutes } from './post-routes.ts';
import type { RateLimiter } from './rate-limits.ts';
import { readBody } from './request-body.ts';
import type { Platform, RestAnswer, RestRequest } from './route.ts';
import { STREAM_ROUTES } from './stream-routes.ts';
import { strikeAfter, strikeBefore } from './striking.ts';
import { TOKEN_ROUTES } from './token-routes.ts';
import { WEBHOOK_ROUTES } from './webhook-routes.ts';

const DEFAULT_SLOW_MS = 1_000;

/** Answers one call of the API. `url` has the path and the query. */
export type ApiServer = (request: http.IncomingMessage, response: http.ServerResponse, url: URL) => Promise<void>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Makes what answers everything under `/2`, and the pages of OAuth. */
export function createApiServer(platform: Platform, limiter: RateLimiter, latencyMs: () => number): ApiServer {
  const { clock, faults, log, plan, times } = platform;
  const recent = createRecentTexts(
    () => clock.nowMs(),
    () => times.duplicateMs,
  );
  const find = finderOf({
    ...postRoutes(recent),
    ...DIRECT_ROUTES,
    ...MEDIA_ROUTES,
    ...ACTIVITY_ROUTES,
    ...WEBHOOK_ROUTES,
    ...STREAM_ROUTES,
    ...TOKEN_ROUTES,
  });
  // Signatures name real time, whatever the platform's clock was moved to.
  const checkOAuth1 = createOAuth1Check(platform.credentials, Date.now);

  /** @returns what the call was charged */
  function charge(name: string, { count = 0, micros }: RestAnswer): number {
    const { each = 0, perCall = 0 } = plan.prices[name] ?? {};
    const cost = micros ?? perCall + each * count;
    if (plan.creditsMicros !== null) plan.creditsMicros -= cost;
    log.spend(cost);
    return cost;
  }

  function checkPlan(name: string): void {
    if (plan.lacks.has(name)) throw clientForbidden();
    const { each = 0, perCall = 0 } = plan.prices[name] ?? {};
    if (each + perCall > 0 && plan.creditsMicros !== null && plan.creditsMicros <= 0) throw creditsDepleted();
  }

  return async (request, response, url) => {
    let limits: Record<string, string> = {};
    let fault: FaultRule | null = null;
    const method = request.method ?? 'GET';
    const entry: Omit<XApiCall, 'order'> = {
      atMs: clock.nowMs(),
      route: '',
      path: url.pathname,
      as: null,
      body: null,
      status: 0,
      problem: null,
      acted: false,
      answered: true,
      micros: 0,
    };
    const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      if (response.destroyed || response.headersSent) return;
      const json = body === undefined ? '' : JSON.stringify(body);
      response.writeHead(status, {
        ...(json === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        'content-length': Buffer.byteLength(json),
        ...limits,
        ...headers,
      });
      response.end(json);
    };
    try {
      const body = await readBody(request);
      const found = find(method, url.pathname);
      if (found === null) throw notFound('There is no such endpoint.');
      const { name, route, params } = found;
      const asked: RestRequest = { ...body, params, query: url.searchParams, headers: request.headers };
      entry.route = name;
      // What is open to anybody takes and gives tokens, which are kept nowhere.
      if (!route.ways.includes('open')) {
        entry.path = url.pathname + url.search;
        entry.body = body.piece === null ? body.json : null;
      }
      fault = faults.forCall(name, route.about?.(asked, platform) ?? null);
      const delayMs = latencyMs() + (fault?.kind === 'slow' ? (fault.latencyMs ?? DEFAULT_SLOW_MS) : 0);
      if (delayMs > 0) await pause(delayMs);
      if (fault !== null && strikeBefore(fault, response, clock.nowMs()) === 'done') {
        entry.answered = false;
        return;
      }
      const signed = { method, target: url.pathname + url.search, form: body.form };
      entry.as = authenticate(route, asked, signed, { platform, checkOAuth1 });
      checkPlan(name);
      if (entry.as !== null) {
        const verdict = limiter.take(name, entry.as === 'app' ? 'app' : 'user');
        limits = verdict.headers;
        if (verdict.refused) throw tooManyRequests({});
      }
      const result = await route.handle(asked, platform);
      entry.acted = true;
      entry.status = result.status ?? 200;
      entry.micros = charge(name, result);
      if (fault !== null && strikeAfter(fault, response) === 'done') {
        entry.answered = false;
        return;
      }
      if (result.stream !== undefined) {
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...limits });
        result.stream(response);
      } else if (result.file !== undefined) giveOut(request, response, result.file, fault);
      else if (result.location !== undefined) answer(entry.status, undefined, { location: result.location });
      else answer(entry.status, result.body);
    } catch (error) {
      if (!(error instanceof ApiError)) {
        entry.status = 500;
        answer(500, { title: 'Internal Server Error', type: 'about:blank', status: 500 });
        // A mistake of the simulator must not look like a platform's bad day.
        if (!response.destroyed && !request.destroyed) throw error;
        return;
      }
      if (entry.acted) entry.answered = false;
      entry.status = error.status;
      entry.problem = error.problem;
      answer(error.status, error.body, error.headers);
    } finally {
      if (entry.route !== '') log.call(entry);
    }
  };
}
