import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import { discordCapabilities } from './capabilities.ts';
import { createCommandRegistry } from './commands.ts';
import { type DiscordConfig, discordConfig, ownIdOf, paceOf } from './config.ts';
import { coversPlace } from './counting.ts';
import { createFileDownload } from './download.ts';
import { fetchDiscordFile } from './fetch-file.ts';
import { threadKeyOf } from './ids.ts';
import { createCompleting } from './inbound/completing.ts';
import { createFirstAnswers } from './inbound/first-answers.ts';
import { lookUp } from './look-up.ts';
import { type NormaliseContext, normaliseDispatch } from './normalise.ts';
import { uploadBytes } from './part.ts';
import { probeDiscord } from './probe.ts';
import { createTake, wantsDispatch } from './receive.ts';
import { renderForDiscord } from './render.ts';
import { answerInteraction } from './respond.ts';
import { sendToDiscord, showTyping } from './send.ts';
import { GATEWAY_TIMES, openGateway } from './transport/open-gateway.ts';
import { type GatewayTimes, INTENTS } from './transport/ports.ts';
import { callTimeMs, createDiscordRest } from './transport/rest.ts';

/** The Discord channel: one bot per account, over the gateway and the REST API. */
export const discord: ChannelFactory<DiscordConfig> = {
  channel: 'discord',
  capabilities: discordCapabilities,
  configSchema: discordConfig,
  create: (config, deps) => createDiscordAccount(config, deps),
};

/** Makes one account. `times` shortens the connection's waits in tests. */
export function createDiscordAccount(
  config: DiscordConfig,
  deps: ChannelDeps,
  times: Partial<GatewayTimes> = {},
): ChannelAccount {
  const log = deps.log.child({ accountId: config.id, channel: 'discord' });
  const rest = createDiscordRest(config);
  const download = createFileDownload(config);
  const { support } = config;
  let selfId = ownIdOf(config.token);
  const context = (): NormaliseContext => ({ selfId, support });

  return {
    id: brandId<AccountId>(config.id),
    channel: 'discord',
    capabilities: discordCapabilities,
    ...(config.privateThreads ? { opensPrivately: true as const } : {}),
    pace: paceOf(config),
    render: renderForDiscord,
    normalise: (payload) => normaliseDispatch(payload, context()),
    send: (request, signal) => sendToDiscord({ rest, files: deps.files }, request, signal),
    sendTimeMs: (part) => {
      const sizeBytes = uploadBytes(part);
      return callTimeMs(sizeBytes === 0 ? [] : [{ sizeBytes }]);
    },
    fetchFile: (remote, options, signal) =>
      fetchDiscordFile({ rest, download, apiRoot: config.apiRoot }, remote, options, signal),
    acknowledge: (what, signal) => answerInteraction(rest, what, signal),
    typing: (threadKey, signal) => showTyping(rest, threadKey, signal),
    reconcile: (request, signal) => lookUp(rest, selfId, request, signal),
    async receive(sink, signal) {
      const completing = createCompleting({
        rest,
        support,
        selfId: () => selfId,
        nowMs: () => deps.clock.nowMs(),
      });
      const first = createFirstAnswers({ rest, log }, signal);
      const commands = createCommandRegistry({ rest, log, times: { ...GATEWAY_TIMES, ...times } }, signal);
      await openGateway(
        {
          config: { token: config.token, apiRoot: config.apiRoot, intents: INTENTS },
          rest,
          log,
          clock: deps.clock,
          onState: (state) => deps.onState(state),
          onDetail: (detail) => deps.onDetail?.(detail),
          onTyping: (channelId) => deps.onTyping?.(threadKeyOf({ channelId })),
          onReady(self) {
            selfId = self.id;
            void commands.register(self.applicationId);
          },
          take: createTake({ rest, log, completing, first, context, records: deps.records }, sink, signal),
          // Whoever pressed something has three seconds.
          onArrival: (payload) => void first.answer(payload),
          wants: (payload) => wantsDispatch(payload, context()),
          records: deps.records,
          covers: ({ id, ...place }) => coversPlace({ channelId: id, ...place }, support, selfId),
          times,
        },
        signal,
      );
    },
    probe: (signal) => probeDiscord(rest, config, signal),
    close() {
      rest.close();
      download.close();
      return Promise.resolve();
    },
  };
}
