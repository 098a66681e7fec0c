/** The least of a Bot API that an echo bot needs; as light as possible, since it shares the machine with what is measured. */
import { once } from 'node:events';
import http from 'node:http';
import { nextMessageId } from './updates.js';

const ME = { id: 700_000_001, is_bot: true, first_name: 'Support', username: 'bench_bot', can_join_groups: true };

/**
 * @param {(chatId: number, text: string) => void} onMessage told of each sendMessage as soon as its body is there
 * @returns {Promise<{url: string, setLatency(ms: number): void, close(): void}>}
 */
export async function startBotApi(onMessage) {
  let latencyMs = 0;

  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const method = request.url.slice(request.url.lastIndexOf('/') + 1).split('?')[0];
      const payload = parse(request, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
      const result = resultOf(method, payload);
      if (method === 'sendMessage') onMessage(Number(payload.chat_id), String(payload.text));
      const body = JSON.stringify({ ok: true, result });
      const end = () => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
        response.end(body);
      };
      if (latencyMs > 0 && method !== 'getMe') setTimeout(end, latencyMs);
      else end();
    });
  });
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    setLatency: (ms) => {
      latencyMs = ms;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function parse(request, body) {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  if (request.headers['content-type']?.startsWith('application/json')) return JSON.parse(text);
  return Object.fromEntries(new URLSearchParams(text));
}

function resultOf(method, payload) {
  if (method === 'getMe') return ME;
  if (method !== 'sendMessage') return true;
  const id = Number(payload.chat_id);
  return {
    message_id: nextMessageId(),
    from: ME,
    chat: { id, type: 'private', first_name: `Customer ${id}` },
    date: Math.floor(Date.now() / 1_000),
    text: payload.text,
  };
}
