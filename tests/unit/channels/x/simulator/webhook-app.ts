import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { afterEach } from '@jest/globals';

export interface Delivered {
  body: Buffer;
  signature: string;
  json: { data: { event_uuid: string; event_type: string; payload: Record<string, unknown> } };
}

/** An app of ours that answers checks and takes events; what it does wrong can be set. */
export interface WebhookApp {
  url: string;
  delivered: Delivered[];
  /** Statuses of the next answers to events; then 200. */
  statuses: number[];
  /** What checks are answered with. */
  check: 'right' | 'wrong' | 'redirect' | 'error' | 'silent';
  /** Resolves when so many events came. */
  came(count: number): Promise<void>;
}

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

export async function webhookApp(appSecret: string): Promise<WebhookApp> {
  const sign = (content: string | Buffer): string =>
    `sha256=${createHmac('sha256', appSecret).update(content).digest('base64')}`;
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.method === 'GET') return answerCheck(request, response);
      const body = Buffer.concat(pieces);
      const status = app.statuses.shift() ?? 200;
      response.writeHead(status).end();
      if (status !== 200) return;
      app.delivered.push({
        body,
        signature: String(request.headers['x-twitter-webhooks-signature']),
        json: JSON.parse(body.toString('utf8')) as Delivered['json'],
      });
      for (const one of waiting) if (app.delivered.length >= one.count) one.resolve();
    });
  });
  const answerCheck = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const token = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('crc_token') ?? '';
    if (app.check === 'silent') return;
    if (app.check === 'error') return void response.writeHead(503).end();
    if (app.check === 'redirect') return void response.writeHead(302, { location: '/elsewhere' }).end();
    response.end(JSON.stringify({ response_token: app.check === 'right' ? sign(token) : sign(`${token}!`) }));
  };
  server.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const app: WebhookApp = {
    url: `http://127.0.0.1:${port}/hooks/x`,
    delivered: [],
    statuses: [],
    check: 'right',
    came: (count) =>
      new Promise((resolve) => {
        if (app.delivered.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
  return app;
}
