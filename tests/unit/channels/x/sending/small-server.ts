import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it came. */
export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What is answered; `cut`: the connection ends without an answer; `hang`: nothing ever comes. */
export type Said = { status: number; json?: unknown; text?: string; headers?: Record<string, string> } | 'cut' | 'hang';

/** A server on loopback that answers as a test says, and tells what it was asked. */
export interface SmallServer {
  apiRoot: string;
  asked: Asked[];
  /** How many connections were ever made. */
  connections(): number;
  answer(how: (asked: Asked) => Said | Promise<Said>): void;
  close(): Promise<void>;
}

export async function smallServer(): Promise<SmallServer> {
  let how: (asked: Asked) => Said | Promise<Said> = () => ({ status: 404, json: { title: 'Not Found' } });
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('latin1'),
      };
      asked.push(one);
      void Promise.resolve(how(one)).then((said) => {
        if (said === 'hang') return;
        if (said === 'cut') {
          request.socket.destroy();
          return;
        }
        const json = said.json === undefined ? null : JSON.stringify(said.json);
        response.writeHead(said.status, {
          'content-type': json === null ? 'text/html' : 'application/json; charset=utf-8',
          ...said.headers,
        });
        response.end(json ?? said.text ?? '');
      });
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiRoot: `http://127.0.0.1:${port}`,
    asked,
    connections: () => connections,
    answer(next) {
      how = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
