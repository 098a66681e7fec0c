import type http from 'node:http';
import type { FaultRule } from '../faults.ts';
import { type ApiError, creditsDepleted, oldError, problem, tooManyRequests, unauthorized } from './errors.ts';

const HELD: Readonly<Record<number, string>> = {
  64: 'Your account is suspended and is not permitted to access this feature.',
  226: 'This request looks like it might be automated. To protect our users from spam and other malicious activity, we can’t complete this action right now.',
  326: 'To protect our users from spam and other malicious activity, this account is temporarily locked.',
};
const PAGE_OF_HTML = '<html><body>proxy</body></html>';

/** What a fault does before the platform acts. `done`: the call has its end. @throws {ApiError} what is answered instead */
export function strikeBefore(fault: FaultRule, response: http.ServerResponse, nowMs: number): 'goes on' | 'done' {
  switch (fault.kind) {
    case 'drop_before':
      response.socket?.destroy();
      return 'done';
    case 'hang_before':
      return 'done';
    case 'shield':
      response.writeHead(fault.status ?? 403, { 'content-type': 'text/html' }).end(PAGE_OF_HTML);
      return 'done';
    case 'error_before':
      throw overloaded(fault.status);
    case 'auth':
      throw unauthorized();
    case 'credits':
      throw creditsDepleted(fault.status);
    case 'suspended':
      throw oldError(403, fault.code ?? 326, HELD[fault.code ?? 326] ?? 'The account is held.');
    case 'rate_limited':
      throw tooManyRequests({
        'x-rate-limit-limit': '1',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(Math.ceil((nowMs + (fault.resetAfterMs ?? 1_000)) / 1_000)),
      });
    case 'refuse':
      if (fault.code !== undefined)
        throw oldError(fault.status ?? 403, fault.code, fault.detail ?? 'Refused on demand');
      throw problem(
        fault.status ?? 403,
        fault.title ?? 'Forbidden',
        fault.detail ?? 'Refused on demand',
        fault.type ?? null,
      );
    default:
      return 'goes on';
  }
}

/** What a fault does after the platform acted. @throws {ApiError} what is answered instead */
export function strikeAfter(fault: FaultRule, response: http.ServerResponse): 'goes on' | 'done' {
  switch (fault.kind) {
    case 'drop_after':
      response.socket?.destroy();
      return 'done';
    case 'hang_after':
      return 'done';
    case 'error_after':
      throw overloaded(fault.status);
    case 'said_already':
      throw oldError(403, 151, 'There was an error sending your message: You already said that.');
    case 'not_json':
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE_OF_HTML);
      return 'done';
    case 'no_id':
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"data":{}}');
      return 'done';
    default:
      return 'goes on';
  }
}

function overloaded(status = 503): ApiError {
  return problem(status, status === 503 ? 'Service Unavailable' : 'Error', 'Something went wrong on demand');
}
