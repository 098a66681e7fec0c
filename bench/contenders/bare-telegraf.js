/** Bare telegraf: its own webhook server, each text echoed; nothing stored, nothing queued. */
import http from 'node:http';
import { Telegraf } from 'telegraf';
import { ready, settings } from './settings.js';

const bot = new Telegraf(settings.token, {
  telegram: {
    apiRoot: settings.apiRoot,
    webhookReply: false,
    agent: new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 }),
  },
});
// telegraf drops the agent for http:// roots; without keep-alive it would be far slower than it can be.
bot.telegram.options.agent = new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 512 });
bot.botInfo = await bot.telegram.getMe();
bot.on('text', (context) => context.reply(context.message.text));
bot.catch(() => undefined);

const hook = bot.webhookCallback(settings.path, { secretToken: settings.secret });
const server = http.createServer((request, response) => void hook(request, response));
server.keepAliveTimeout = 75_000;
server.listen(settings.port, '127.0.0.1', () => ready());
