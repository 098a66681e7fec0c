/** The process of load: a fake Bot API and the customers, driven by its parent over IPC. */
import { startBotApi } from './bot-api.js';
import { createRun } from './run.js';
import { FIRST_CHAT, updateOf } from './updates.js';
import { createWebhookClient } from './webhook-client.js';

let run = null;
const api = await startBotApi((chatId, text) => run?.reply(chatId - FIRST_CHAT, text));

async function answer({ id, spec }) {
  api.setLatency(spec.latencyMs);
  const webhooks = { bodyOf: updateOf, ...createWebhookClient(spec) };
  run = createRun(spec, webhooks, () => process.send({ id, reached: true }));
  const before = process.cpuUsage();
  const result = await run.start();
  const { user, system } = process.cpuUsage(before);
  run = null;
  process.send({ id, result: { ...result, loadCpuMs: (user + system) / 1_000 / spec.messages } });
}

process.on('message', (message) => void answer(message));
process.on('disconnect', () => process.exit(0));
process.send({ url: api.url });
