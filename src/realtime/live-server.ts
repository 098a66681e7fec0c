import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Viewer } from '../core/model/agent.ts';
import type { Log } from '../core/ports/log.ts';
import type { Hub, Listener } from './hub.ts';

/** Whom an upgrade is for; or the status that refuses it. */
export type UpgradeVerdict = { sessionId: string; viewer: Viewer } | { status: 401 | 403 | 503 };

export interface LiveServerOptions {
  server: Server;
  path: string;
  hub: Hub;
  log: Log;
  version: string;
  admit(request: IncomingMessage): Promise<UpgradeVerdict>;
  /** How often a connection is tried, ms; tests shorten it. */
  pingMs?: number;
}

const PING_MS = 30_000;
/** A page that takes nothing in for this many bytes is gone or hopeless; it fetches everything when it is back. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Pages say nothing. */
const MAX_SAID_BYTES = 1_024;
const SIGNED_OUT = 4401;
const GOING_AWAY = 1001;
const CLOSE_GRACE_MS = 500;

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}

/** Takes WebSocket upgrades on one path of an HTTP server. */
export function startLiveServer(options: LiveServerOptions): { stop(): Promise<void> } {
  const { server, hub, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_SAID_BYTES, perMessageDeflate: false });
  const hello = Buffer.from(JSON.stringify({ type: 'hello', version: options.version }));
  // A ping is answered by the browser and never seen by the page, so it gets a frame of its own too.
  const alive = Buffer.from(JSON.stringify({ type: 'alive' }));
  const answered = new WeakSet<WebSocket>();

  function serve(socket: WebSocket, { sessionId, viewer }: { sessionId: string; viewer: Viewer }): void {
    const listener: Listener = {
      sessionId,
      viewer,
      send(frame) {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
          log.warn({ agentId: viewer.id }, 'a page takes no pushes; its connection is ended');
          socket.terminate();
          return;
        }
        socket.send(frame, { binary: false });
      },
      signOut() {
        socket.send(JSON.stringify({ type: 'signed_out' }));
        socket.close(SIGNED_OUT, 'signed out');
      },
    };
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => hub.remove(listener));
    hub.add(listener);
    listener.send(hello);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (request.url?.split('?')[0] !== options.path) return refuse(socket, 404);
    // Until the handshake nobody else listens, and a socket that breaks would end the process.
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    const verdict = await options.admit(request);
    socket.off('error', broken);
    if ('status' in verdict) return refuse(socket, verdict.status);
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (open) => serve(open, verdict));
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    upgrade(request, socket, head).catch((error: unknown) => {
      log.warn({ err: error instanceof Error ? error.message : 'unknown' }, 'a live connection failed');
      refuse(socket, 503);
    });
  };
  server.on('upgrade', onUpgrade);

  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!answered.delete(socket)) socket.terminate();
      else {
        socket.ping();
        socket.send(alive, { binary: false });
      }
    }
  }, options.pingMs ?? PING_MS);
  pings.unref();

  return {
    async stop() {
      clearInterval(pings);
      server.off('upgrade', onUpgrade);
      if (sockets.clients.size === 0) return;
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'the gateway stops');
      await new Promise<void>((resolve) => setTimeout(resolve, CLOSE_GRACE_MS));
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}
