/** telegraf with one BullMQ hop: the update is a job, its worker echoes. Nothing is stored. */
import http from 'node:http';
import { Queue, Worker } from 'bullmq';
import { Telegraf } from 'telegraf';
import { ready, settings } from './settings.js';

const CONCURRENCY = 50;
const bot = new Telegraf(settings.token, { telegram: { apiRoot: settings.apiRoot, webhookReply: false } });
bot.telegram.options.agent = new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });

const connection = { url: settings.redisUrl, maxRetriesPerRequest: null };
const queue = new Queue('telegraf', { connection });
const worker = new Worker('telegraf', (job) => bot.telegram.sendMessage(job.data.chatId, job.data.text), {
  connection,
  concurrency: CONCURRENCY,
});
worker.on('error', () => undefined);
await worker.waitUntilReady();

bot.botInfo = await bot.telegram.getMe();
bot.on('text', async (context) => {
  const data = { chatId: context.chat.id, text: context.message.text, update: context.update };
  await queue.add('echo', data, { removeOnComplete: true, removeOnFail: true });
});
bot.catch(() => undefined);

const hook = bot.webhookCallback(settings.path, { secretToken: settings.secret });
const server = http.createServer((request, response) => void hook(request, response));
server.keepAliveTimeout = 75_000;
server.listen(settings.port, '127.0.0.1', () => ready());
