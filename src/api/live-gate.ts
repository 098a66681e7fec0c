import type { IncomingMessage } from 'node:http';
import type { Access } from '../access/access.ts';
import type { Viewer } from '../core/model/agent.ts';
import { brandId } from '../core/model/ids.ts';
import { isOwnOrigin } from './origin.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/** Whom an upgrade to a WebSocket is for; or the status that refuses it. */
export type LiveVerdict = { sessionId: string; viewer: Viewer } | { status: 401 | 403 | 503 };

function cookieOf(header: string, name: string): string | undefined {
  const pair = header.split(';').find((one) => one.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}

/**
 * Judges the upgrade of the live connection: browsers send the cookie along from any page, and no CSRF token can come with
 * it, so the Origin has to be ours. A client without one is no browser.
 */
export function createLiveGate(
  publicUrl: string | null,
  access: () => Pick<Access, 'authenticate'>,
): (request: IncomingMessage) => Promise<LiveVerdict> {
  return async ({ headers }) => {
    if (!isOwnOrigin({ origin: headers.origin, host: headers.host ?? '' }, publicUrl)) return { status: 403 };
    const token = cookieOf(headers.cookie ?? '', SESSION_COOKIE);
    if (token === undefined) return { status: 401 };
    try {
      const signedIn = await access().authenticate(token);
      if (signedIn === null) return { status: 401 };
      const { id, role, teamIds } = signedIn.agent;
      return {
        sessionId: signedIn.sessionId,
        viewer: { id: brandId(id), role, teamIds: teamIds.map((team) => brandId(team)) },
      };
    } catch {
      return { status: 503 };
    }
  };
}
