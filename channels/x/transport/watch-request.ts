import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';

/** What can be seen of one request of the library from outside. */
export interface WatchedRequest {
  /** For the library's `requestEventDebugHandler`. */
  handler(event: string, data?: unknown): void;
  /** HTTP status of the answer, which the library does not tell of a success; null: none came. */
  status(): number | null;
  /** Whether a connection stood that the request may have been written to. */
  maybeWritten(): boolean;
  /** Such as ECONNRESET, which the library keeps to itself; null: no error, or one without a code. */
  errorCode(): string | null;
}

type Listener = (...given: unknown[]) => void;

/** The last of what the library listens for on a socket, always in the same order. */
const LAST_OF_LIBRARY = 'timeout';

/**
 * Watches one request. The library hangs six listeners on its socket for every request it is watched at and never takes them back;
 * sockets are kept for many requests, so they are taken back here once the request is over.
 */
export function watchRequest(): WatchedRequest {
  let status: number | null = null;
  let written = false;
  let errorCode: string | null = null;
  let release = (): void => undefined;

  function take(socket: Socket): void {
    const hung: [event: string | symbol, listener: Listener][] = [];
    const note = (event: string | symbol, listener: Listener): void => {
      if (event === 'newListener') return;
      hung.push([event, listener]);
      if (event === LAST_OF_LIBRARY) socket.off('newListener', note);
    };
    const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
    const stands = (): void => {
      written = true;
    };
    // One that was used before stands already.
    if (socket.connecting) socket.once(ready, stands);
    else stands();
    socket.on('newListener', note);
    release = () => {
      socket.off('newListener', note);
      socket.off(ready, stands);
      for (const [event, listener] of hung) socket.off(event, listener);
    };
  }

  return {
    handler(event, data) {
      const given = recordOf(data);
      const [socket, response]: unknown[] = [given?.['socket'], given?.['res']];
      if (event === 'socket' && socket instanceof Socket) take(socket);
      else if (event === 'response' && response instanceof IncomingMessage) status = response.statusCode ?? null;
      else if (event === 'request-error') errorCode = stringOf(recordOf(given?.['requestError'])?.['code']);
      else if (event === 'close') release();
    },
    status: () => status,
    maybeWritten: () => written,
    errorCode: () => errorCode,
  };
}
