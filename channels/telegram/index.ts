import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { AccountDetail, ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import { createIdentitySource } from './bot-identity.ts';
import { telegramCapabilities } from './capabilities.ts';
import { paceOf, type TelegramConfig, telegramConfig } from './config.ts';
import { fetchTelegramFile } from './fetch-file.ts';
import { normaliseUpdate } from './normalise.ts';
import { uploadBytes } from './part.ts';
import { probeTelegram } from './probe.ts';
import { renderForTelegram } from './render.ts';
import { answerPress, callTimeMs, sendToTelegram, showTyping } from './send.ts';
import { createTelegramApi } from './transport/api.ts';
import { onChange } from './transport/connection-state.ts';
import { createFileDownload } from './transport/file-download.ts';
import { type PollerTimes, poll } from './transport/poller.ts';
import { createWebhookCheck, registerWebhook, removeWebhook } from './transport/webhook.ts';
import { createWebhookWatch } from './transport/webhook-watch.ts';

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
  const log = deps.log.child({ accountId: config.id, channel: 'telegram' });
  const api = createTelegramApi(config);
  const download = createFileDownload(config);
  const identity = createIdentitySource(api, config.token, (username, readsAll) =>
    deps.onDetail?.({ name: username === null ? null : `@${username}`, groups: groupsRead(config.groups, readsAll) }),
  );
  const nowMs = (): number => deps.clock.nowMs();

  const base = {
    id: brandId<AccountId>(config.id),
    channel: 'telegram',
    capabilities: telegramCapabilities,
    pace: paceOf(config),
    render: renderForTelegram,
    normalise: (payload) => normaliseUpdate(payload, { bot: identity.current(), groups: config.groups }),
    send: (request, signal) => sendToTelegram(api, deps.files, request, signal),
    sendTimeMs: (part) => callTimeMs(uploadBytes(part)),
    fetchFile: (remote, options, signal) => fetchTelegramFile(api, download, remote, options, signal),
    acknowledge: (what, signal) => answerPress(api, what, signal),
    typing: (threadKey, signal) => showTyping(api, threadKey, signal),
    probe: (signal) => probeTelegram(api, config, signal),
    async close() {
      identity.close();
      api.close();
      download.close();
    },
  } satisfies ChannelAccount;

  if (config.mode === 'webhook') {
    // The schema asks for it; an empty one would let everybody in.
    if (config.webhookSecret === undefined)
      throw new TypeError(`account ${config.id}: mode webhook needs webhookSecret`);
    const secret = config.webhookSecret;
    const check = createWebhookCheck(secret);
    const onState = onChange((state) => deps.onState(state));
    const settings = { api, secret, mayRegister: config.registerWebhook, onState };
    const webhook = createWebhookWatch({ ...settings, nowMs });
    return {
      ...base,
      verifyWebhook(request) {
        const verdict = check(request);
        if (verdict.verdict === 'accept') identity.learnSoon();
        return verdict;
      },
      async registerWebhook(url, signal) {
        await registerWebhook({ ...settings, url }, signal);
        identity.learnSoon();
      },
      async watch(url, signal) {
        await webhook.look(url, signal);
        await identity.learn(signal);
      },
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
        nowMs,
        removesWebhook: config.registerWebhook,
        async prepare(signal) {
          await identity.learn(signal);
          if (config.registerWebhook) await removeWebhook(api, signal);
        },
      }),
    // The poller tells how the connection stands; this tells when the privacy setting was changed.
    watch: async (_url, signal) => void (await identity.learn(signal)),
  };
}

/** What of groups reaches us. Telegram's privacy mode hides what is not addressed to the bot (core.telegram.org/bots/features). */
function groupsRead(wanted: TelegramConfig['groups'], readsAll: boolean): AccountDetail['groups'] {
  if (wanted === 'off') return 'off';
  if (wanted === 'mention') return 'addressed';
  return readsAll ? 'all' : 'hidden';
}
