import type { Capabilities } from '../../src/core/capabilities.ts';
import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import type { PublicAnswers } from '../../src/core/rules/public-answers.ts';
import { xCapabilities } from './capabilities.ts';
import { AUTO_PER_HOUR, paceOf, type XConfig, xConfig } from './config.ts';
import { fetchXFile } from './fetch-file.ts';
import { lookUp } from './look-up.ts';
import { createMeter, leniently } from './meter.ts';
import { normalisePayload } from './normalise.ts';
import { refusalFor } from './places.ts';
import { probeX } from './probe.ts';
import { createReceiving, type ReceivingTimes } from './receive.ts';
import { createRender } from './render.ts';
import { type SendParts, sendTimeMs, sendToX } from './send.ts';
import { LONG_POST_WEIGHT } from './text/split.ts';
import { createXAgent } from './transport/agent.ts';
import { createOwnerConsent } from './transport/authorisation/consent.ts';
import { createCredentials } from './transport/authorisation/credentials.ts';
import { createXRest } from './transport/rest.ts';
import { createSelfSource } from './transport/self.ts';

/** The X channel: one account of X, by the API v2: posts that call us, and direct messages. */
export const x: ChannelFactory<XConfig> = {
  channel: 'x',
  capabilities: xCapabilities,
  configSchema: xConfig,
  create: (config, deps) => createXAccount(config, deps),
};

/** Makes one account. `times` shortens its waits in tests. */
export function createXAccount(
  config: XConfig,
  deps: ChannelDeps,
  times: Partial<ReceivingTimes & { settleMs: number }> = {},
): ChannelAccount {
  const log = deps.log.child({ accountId: config.id, channel: 'x' });
  const { clock, files, records } = deps;
  const { memory } = records;
  const agent = createXAgent(config.apiRoot);
  const meter = createMeter({ budgetPerDay: config.budgetPerDay, memory, clock, log });
  const credentials = createCredentials(config, { agent, memory, clock, log });
  const rest = createXRest({ agent, credentials, meter, clock });
  const consent = (): Promise<string> => credentials.consent();
  const self = createSelfSource({ rest, records, consent, nowMs: () => clock.nowMs() });
  const { end, ...taken } = createReceiving({ config, rest, meter, self, deps, agent, credentials, times });
  const sending: SendParts & { settleMs?: number } = {
    rest,
    files,
    clock,
    selfId: async (signal) => (await self.learn(signal)).id,
    taken: (externalIds) => records.taken(externalIds),
    ...(times.settleMs === undefined ? {} : { settleMs: times.settleMs }),
  };

  return {
    id: brandId<AccountId>(config.id),
    channel: 'x',
    capabilities: capabilitiesOf(config),
    pace: paceOf(config),
    // The button of X's own below our last post; nothing is pressed that we would be told of.
    opensPrivately: true as const,
    get publicAnswers() {
      return publicAnswersOf(config, self.current()?.handle ?? null);
    },
    refusalFor,
    // Without a client there are tokens of OAuth 1.0a alone, which need nobody's.
    ...(config.clientId !== undefined
      ? { consent: createOwnerConsent(config, { agent, records, clock, meter: leniently(meter) }) }
      : {}),
    render: createRender(config),
    normalise: (payload) =>
      normalisePayload(payload, {
        selfId: self.current()?.id ?? null,
        selfHandle: config.handle ?? self.current()?.handle ?? null,
        campaignTags: config.campaignTags,
      }),
    send: (request, signal) => sendToX(sending, request, signal),
    sendTimeMs,
    fetchFile: (remote, options, signal) => fetchXFile({ rest, credentials, agent }, remote, options, signal),
    reconcile: (request, signal) => lookUp(sending, request, signal),
    ...taken,
    probe(signal) {
      const asking = createXRest({ agent, credentials, meter: leniently(meter), clock });
      return probeX({ rest: asking, credentials, handle: config.handle }, signal);
    },
    async close() {
      end?.();
      // What X gave, and what was not spent, is written before the store goes.
      await credentials.settled();
      await meter.close();
      rest.close();
    },
  };
}

/** What the bot may say where everybody reads it. A name that somebody corrected counts at once, though X may still tell the old one. */
function publicAnswersOf({ publicReplies, autoReplies, handle }: XConfig, ownHandle: string | null): PublicAnswers {
  const name = handle ?? ownHandle;
  return {
    mode: publicReplies,
    texts: autoReplies?.texts ?? null,
    perHour: autoReplies?.perHour ?? AUTO_PER_HOUR,
    officialName: name === null ? null : `@${name}`,
  };
}

/** A plan with long posts takes all of most answers in one. */
function capabilitiesOf({ longPosts }: Pick<XConfig, 'longPosts'>): Capabilities {
  if (!longPosts) return xCapabilities;
  const { text, media } = xCapabilities;
  return {
    ...xCapabilities,
    text: { ...text, maxLength: LONG_POST_WEIGHT },
    media: { ...media, captionLength: LONG_POST_WEIGHT },
  };
}
