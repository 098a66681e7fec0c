import { WebSocket } from 'ws';
import type { DeskClient } from './client.ts';
import { HOST } from './stand.ts';

/** A page's live connection that keeps what it was told. */
export interface LivePage {
  readonly told: unknown[];
  /** Close code, once it is closed. */
  closed(): number | null;
  readonly socket: WebSocket;
  close(): void;
}

/** Connects as a page does. @throws with the status when it is refused */
export async function openLive(
  port: number,
  client: DeskClient,
  headers: Record<string, string> = {},
): Promise<LivePage> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, {
    headers: {
      host: HOST,
      origin: `http://${HOST}`,
      ...(client.cookie === '' ? {} : { cookie: client.cookie }),
      ...headers,
    },
  });
  const told: unknown[] = [];
  let code: number | null = null;
  socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString('utf8'))));
  socket.on('close', (closed) => {
    code = closed;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, answer) => reject(new Error(String(answer.statusCode))));
    socket.once('error', reject);
  });
  return { told, closed: () => code, socket, close: () => socket.terminate() };
}
