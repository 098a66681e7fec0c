import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import { createIdentitySource } from './bot-identity.ts';
import { telegramCapabilities } from './capabilities.ts';
import { paceOf, type TelegramConfig, telegramConfig } from './config.ts';
import { normaliseUpdate } from './normalise.ts';
import { probeTelegram } from './probe.ts';
import { renderForTelegram } from './render.ts';
import { sendToTelegram, showTyping } from './send.ts';
import { createTelegramApi } from './transport/api.ts';
import { onChange } from './transport/connection-state.ts';
import { type PollerTimes, poll } from './transport/poller.ts';
import { createWebhookCheck, registerWebhook, removeWebhook } from './transport/webhook.ts';

/** The Telegram channel: one bot per account, over the Bot API, by polling or webhook. */
export const telegram: ChannelFactory<TelegramConfig> = {
  channel: 'telegram',
  capabilities: telegramCapabilities,
  configSchema: telegramConfig,
  create: (config, deps) => createTelegramAccount(config, deps),
};

/** Makes one account. `times` shortens the poller's waits in tests. */
export function createTelegramAccount(
  config: TelegramConfig,
  deps: ChannelDeps,
  times: Partial<PollerTimes> = {},
): ChannelAccount {
  const log = deps.log.child({ account: config.id, channel: 'telegram' });
  const api = createTelegramApi(config);
  const identity = createIdentitySource(api, config.token);

  const base = {
    id: brandId<AccountId>(config.id),
    channel: 'telegram',
    capabilities: telegramCapabilities,
    pace: paceOf(config),
    render: renderForTelegram,
    normalise: (payload) => normaliseUpdate(payload, { bot: identity.current(), groups: config.groups }),
    send: (request, signal) => sendToTelegram(api, request, signal),
    typing: (threadKey, signal) => showTyping(api, threadKey, signal),
    probe: (signal) => probeTelegram(api, config, signal),
    async close() {
      identity.close();
      api.close();
    },
  } satisfies ChannelAccount;

  if (config.mode === 'webhook') {
    // The schema asks for it; an empty one would let everybody in.
    if (config.webhookSecret === undefined)
      throw new TypeError(`account ${config.id}: mode webhook needs webhookSecret`);
    const secret = config.webhookSecret;
    const check = createWebhookCheck(secret);
    const onState = onChange((state) => deps.onState(state));
    return {
      ...base,
      verifyWebhook(request) {
        const verdict = check(request);
        if (verdict.verdict === 'accept') identity.learnSoon();
        return verdict;
      },
      registerWebhook: (url, signal) =>
        registerWebhook({ api, url, secret, mayRegister: config.registerWebhook, onState }, signal),
    };
  }
  return {
    ...base,
    receive: (sink, signal) =>
      poll(sink, signal, {
        api,
        log,
        onState: (state) => deps.onState(state),
        times,
        async prepare(signal) {
          await identity.learn(signal);
          if (config.registerWebhook) await removeWebhook(api, signal);
        },
      }),
  };
}
