/** The bare way of a queued gateway: node:http, one queue for what comes in, one for what goes out, nothing stored. */
import http from 'node:http';
import { Queue, Worker } from 'bullmq';
import { Telegraf } from 'telegraf';
import { ready, settings } from './settings.js';

const CONCURRENCY = 50;
const bot = new Telegraf(settings.token, { telegram: { apiRoot: settings.apiRoot, webhookReply: false } });
bot.telegram.options.agent = new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });

const connection = { url: settings.redisUrl, maxRetriesPerRequest: null };
const jobOptions = { removeOnComplete: true, removeOnFail: true };
const inbound = new Queue('inbound', { connection });
const outbound = new Queue('outbound', { connection });
const workers = [
  new Worker(
    'inbound',
    ({ data }) => outbound.add('send', { chatId: data.message.chat.id, text: data.message.text }, jobOptions),
    { connection, concurrency: CONCURRENCY },
  ),
  new Worker('outbound', ({ data }) => bot.telegram.sendMessage(data.chatId, data.text), {
    connection,
    concurrency: CONCURRENCY,
  }),
];
for (const worker of workers) {
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
}

const server = http.createServer((request, response) => {
  if (request.headers['x-telegram-bot-api-secret-token'] !== settings.secret) {
    response.writeHead(401).end();
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    inbound.add('update', JSON.parse(Buffer.concat(chunks).toString('utf8')), jobOptions).then(
      () => response.writeHead(200, { 'content-length': 0 }).end(),
      () => response.writeHead(503, { 'content-length': 0 }).end(),
    );
  });
});
server.keepAliveTimeout = 75_000;
server.listen(settings.port, '127.0.0.1', () => ready());
