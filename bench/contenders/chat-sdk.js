/** Chat SDK with its Telegram adapter and ioredis state, strategy `queue`: none of the others keeps every message. */
import http from 'node:http';
import { createIoRedisState } from '@chat-adapter/state-ioredis';
import { createTelegramAdapter } from '@chat-adapter/telegram';
import { Chat } from 'chat';
import { ready, settings } from './settings.js';

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

const bot = new Chat({
  userName: 'bench_bot',
  adapters: {
    telegram: createTelegramAdapter({
      botToken: settings.token,
      apiUrl: settings.apiRoot,
      secretToken: settings.secret,
      userName: 'bench_bot',
      mode: 'webhook',
      logger: quiet,
    }),
  },
  state: createIoRedisState({ url: settings.redisUrl, logger: quiet }),
  concurrency: { strategy: 'queue', maxQueueSize: 100_000, queueEntryTtlMs: 600_000 },
  logger: quiet,
});
bot.onDirectMessage(async (thread, message, _channel, context) => {
  // What came while the handler ran is given along with the latest.
  for (const one of [...(context?.skipped ?? []), message]) await thread.post({ raw: one.text });
});
await bot.initialize();

/** Adapts Node's server to the web-standard handler, as its framework guides do. */
async function handle(request, response, body) {
  const web = new Request(`http://127.0.0.1${request.url}`, { method: 'POST', headers: request.headers, body });
  const answer = await bot.webhooks.telegram(web, { waitUntil: (task) => void task.catch(() => undefined) });
  const text = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, { 'content-length': text.length }).end(text);
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => void handle(request, response, Buffer.concat(chunks)));
});
server.keepAliveTimeout = 75_000;
server.listen(settings.port, '127.0.0.1', () => ready());
