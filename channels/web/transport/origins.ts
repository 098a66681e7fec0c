import type { ServedRequest } from '../../../src/core/ports/channel.ts';
import { ChatRefused, headerOf } from './answers.ts';

/**
 * The origin that is to be told it may read the answer, or null where the request comes from our own page or from no page at all.
 * @throws {ChatRefused} where it comes from a page of a site that is not allowed
 */
export function checkOrigin(request: ServedRequest, allowed: readonly string[]): string | null {
  const origin = headerOf(request, 'origin');
  if (origin === undefined) return null;
  // Browsers say it themselves and let no page change it; a proxy before us may have changed the host.
  if (headerOf(request, 'sec-fetch-site') === 'same-origin') return null;
  if (URL.canParse(origin) && new URL(origin).host === request.host) return null;
  if (allowed.includes(origin)) return origin;
  throw new ChatRefused(403, 'origin', 'this site may not show the chat: name it in the origins of the account');
}

/** What a browser has to be told before a page of another site may read the answer. No cookies, ever. */
export function corsHeaders(origin: string | null): Record<string, string> {
  if (origin === null) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, last-event-id, x-file-name',
    'access-control-max-age': '600',
  };
}
