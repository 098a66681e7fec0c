import { once } from 'node:events';
import http from 'node:http';
import { integerOf, recordOf, stringOf } from '../../../../channels/shared/read-unknown.ts';

interface Kept {
  id: string;
  key: string;
  text: string;
}

/** The toy platform. `next` changes how the next POST goes. */
export async function startToyPlatform(key: string) {
  const inbox: { n: number; from: string; text: string }[] = [];
  const kept: Kept[] = [];
  let written = 0;
  let confirmed = 0;
  let next: { status: number } | 'lose answer' | null = null;

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = recordOf(chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString('utf8')));
      const url = new URL(request.url ?? '/', 'http://toy');
      const answer = (status: number, value: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.headers.authorization !== `Bearer ${key}`) return answer(401, null);
      const id = url.pathname.split('/')[2];
      const at = kept.findIndex((message) => message.id === id);
      switch (`${request.method} /${url.pathname.split('/')[1]}`) {
        case 'GET /inbox': {
          confirmed = Math.max(confirmed, integerOf(Number(url.searchParams.get('after'))) ?? 0);
          return answer(
            200,
            inbox.filter((message) => message.n > confirmed),
          );
        }
        case 'POST /messages': {
          const fault = next;
          next = null;
          if (fault !== null && fault !== 'lose answer') return answer(fault.status, null);
          const wanted = stringOf(body?.['key']) ?? '';
          const message = kept.find((one) => one.key === wanted) ?? {
            id: `m${kept.length + 1}`,
            key: wanted,
            text: stringOf(body?.['text']) ?? '',
          };
          if (!kept.includes(message)) kept.push(message);
          if (fault === 'lose answer') return response.socket?.destroy();
          return answer(200, { id: message.id });
        }
        case 'GET /messages': {
          const found = kept.find((message) => message.key === url.searchParams.get('key'));
          return found === undefined ? answer(404, null) : answer(200, { id: found.id });
        }
        case 'PUT /messages': {
          const message = kept[at];
          if (message !== undefined) message.text = stringOf(body?.['text']) ?? '';
          return answer(200, null);
        }
        case 'DELETE /messages':
          if (at >= 0) kept.splice(at, 1);
          return answer(200, null);
        default:
          return answer(404, null);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    write(from: string, text: string): string {
      written += 1;
      inbox.push({ n: written, from, text });
      return String(written);
    },
    confirmed: () => confirmed,
    kept: (): readonly Kept[] => kept,
    fail(fault: { status: number } | 'lose answer') {
      next = fault;
    },
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
