import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

/** Longest time until a connection stands, TLS included. Shorter than any request's own time, so that it fires first. */
const CONNECT_TIMEOUT_MS = 4_000;
/** Idle sockets are closed before the server does it, so that a send seldom meets a dying one (and becomes unknown). */
const IDLE_SOCKET_MS = 15_000;
/** Requests wait for a socket beyond this; far more than sends in flight, so that a timeout never hides in that queue. */
const MAX_SOCKETS = 512;

/** Codes of errors that happened before a connection stood begin with this: nothing of the request was written. */
export const NOT_CONNECTED = 'NOT_CONNECTED_';

const OPTIONS = {
  keepAlive: true,
  maxSockets: MAX_SOCKETS,
  maxFreeSockets: MAX_SOCKETS,
  scheduling: 'lifo',
  timeout: IDLE_SOCKET_MS,
} as const satisfies http.AgentOptions;

class HttpAgent extends http.Agent {
  override createConnection(
    ...args: Parameters<http.Agent['createConnection']>
  ): ReturnType<http.Agent['createConnection']> {
    return markUntilReady(super.createConnection(...args), 'connect');
  }
}

class HttpsAgent extends https.Agent {
  override createConnection(
    ...args: Parameters<https.Agent['createConnection']>
  ): ReturnType<https.Agent['createConnection']> {
    return markUntilReady(super.createConnection(...args), 'secureConnect');
  }
}

/** A keep-alive agent for one account, of the kind `apiRoot` needs. */
export function createAgent(apiRoot: string): http.Agent {
  return apiRoot.startsWith('https:') ? new HttpsAgent(OPTIONS) : new HttpAgent(OPTIONS);
}

/**
 * Errors of a socket that never became ready get a code of their own, since nothing else survives the way through
 * node-fetch and telegraf that tells "never sent" from "perhaps sent" (both may say ECONNRESET).
 */
function markUntilReady<S extends Duplex | null | undefined>(socket: S, ready: 'connect' | 'secureConnect'): S {
  if (socket === null || socket === undefined) return socket;
  const mark = (error: NodeJS.ErrnoException): void => {
    error.code = `${NOT_CONNECTED}${error.code ?? 'UNKNOWN'}`;
  };
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`), { code: 'ETIMEDOUT' }));
  }, CONNECT_TIMEOUT_MS);
  socket.prependListener('error', mark);
  socket.once(ready, () => {
    clearTimeout(timer);
    socket.off('error', mark);
  });
  socket.once('close', () => clearTimeout(timer));
  return socket;
}
