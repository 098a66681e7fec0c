import type { Clock } from '../core/ports/clock.ts';
import type { Tracer } from '../core/ports/tracer.ts';

/** A request that was answered. `route` is the pattern, never the address: that may hold ids of platforms. */
export interface AnsweredRequest {
  /** A UUID; the trace is named by it. */
  requestId: string;
  method: string;
  route: string;
  status: number;
  tookMs: number;
}

/** Tells a tracer of every request. */
export function traceRequests(tracer: Tracer, clock: Clock): (answered: AnsweredRequest) => void {
  return ({ requestId, method, route, status, tookMs }) => {
    const endMs = clock.nowMs();
    tracer.ended({
      name: `${method} ${route}`,
      trace: requestId,
      root: true,
      kind: 'server',
      startMs: endMs - tookMs,
      endMs,
      attributes: { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status },
      failed: status >= 500 ? String(status) : null,
    });
  };
}
