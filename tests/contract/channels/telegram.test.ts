import { fileURLToPath } from 'node:url';
import { telegramConfig } from '../../../channels/telegram/config.ts';
import { createTelegramAccount, telegram } from '../../../channels/telegram/index.ts';
import { createTelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import type { WebhookRequest } from '../../../src/core/ports/channel.ts';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import type { ChannelRig } from '../../kit/channels/channel-harness.ts';
import { telegramButtons, telegramFiles } from './telegram-media-rig.ts';

const CUSTOMER = 4_242;
const SECRET = 'webhook-secret-of-the-test';
const TIMES = { longPollMs: 2_000, firstRetryMs: 20, maxRetryMs: 100, sinkRetryMs: 20, emptyPauseMs: 20 };

channelContract('telegram', {
  factory: telegram,
  folder: fileURLToPath(new URL('../../../channels/telegram/', import.meta.url)),
  start,
});

async function start(): Promise<ChannelRig> {
  const simulator = createTelegramSimulator();
  await simulator.start();
  const customer = simulator.customer(CUSTOMER, { firstName: 'Ana', languageCode: 'es' });
  const entry = { id: 'tg', channel: 'telegram', token: simulator.token, apiRoot: simulator.url };
  const badToken = '700000001:refused-token-of-the-test';
  const hook = (secret: string | string[] | undefined): WebhookRequest => ({
    method: 'POST',
    query: {},
    headers: secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret },
    body: Buffer.from('{"update_id":1}'),
    address: '127.0.0.1',
  });
  const fault = (rule: Parameters<typeof simulator.faults.add>[0]) => (): void => {
    simulator.faults.add({ method: 'sendMessage', times: 1, ...rule });
  };
  return {
    entry,
    badEntry: { ...entry, token: badToken },
    secrets: [simulator.token, badToken, SECRET, 'simulator-bot-token'],
    createAccount: (given, deps) => createTelegramAccount(telegramConfig.parse(given), deps, TIMES),
    threadKey: String(CUSTOMER),
    write: async (text) => `${CUSTOMER}:${customer.write(text).messageId}`,
    confirmed: () => simulator.log.updates.filter((update) => update.ackedAtMs !== null).length,
    visible: () =>
      customer
        .received()
        .filter((message) => !message.deleted)
        .map((message) => ({ externalId: `${CUSTOMER}:${message.messageId}`, text: message.currentText })),
    failures: {
      rate_limited: fault({ kind: 'rate_limited', retryAfterSeconds: 3 }),
      transient: fault({ kind: 'refuse', status: 409, description: 'Conflict: on demand' }),
      auth: fault({ kind: 'refuse', status: 401, description: 'Unauthorized' }),
      forbidden: () => customer.block(),
      invalid: fault({ kind: 'refuse', status: 400, description: 'Bad Request: message is too long' }),
      moved: () => void simulator.group(CUSTOMER).migrateTo(-1_000_000_000_777),
      unknown: fault({ kind: 'error_before', status: 502, description: 'Bad Gateway' }),
    },
    loseAnswer: fault({ kind: 'drop_after' }),
    webhook: {
      entry: { ...entry, mode: 'webhook', webhookSecret: SECRET },
      genuine: hook(SECRET),
      forged: [hook(undefined), hook(''), hook(SECRET.slice(1)), hook(`${SECRET}x`), hook([SECRET]), hook('ж')],
    },
    files: telegramFiles(simulator, customer),
    publicPlace: null,
    buttons: telegramButtons(customer),
    stop: () => simulator.stop(),
  };
}
