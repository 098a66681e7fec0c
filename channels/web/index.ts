import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import { createRateLimit } from '../shared/rate-limit.ts';
import { webCapabilities } from './capabilities.ts';
import { type WebConfig, webConfig } from './config.ts';
import { createOpenLimit } from './limits.ts';
import { normaliseVisit } from './normalise.ts';
import { type EntryContent, readEntry } from './part.ts';
import { connectionOf, probeWeb } from './probe.ts';
import { renderForWeb } from './render.ts';
import { type AppendEntry, sendTimeMs, sendToPlace } from './send.ts';
import { createSessions } from './session.ts';
import { createAssets } from './transport/assets.ts';
import { createEchoes } from './transport/echoes.ts';
import { createPlaceWatch } from './transport/place-watch.ts';
import { serveChat } from './transport/serve.ts';

/** The chat on a site: we are the platform. */
export const web: ChannelFactory<WebConfig> = {
  channel: 'web',
  capabilities: webCapabilities,
  configSchema: webConfig,
  create: (config, deps) => createWebAccount(config, deps),
};

/** Waits, ms. `lookMs`: between two looks at what other processes wrote. `echoMs`: longest a visitor waits for the own words. */
export interface WebTimes {
  lookMs: number;
  echoMs: number;
}

const TIMES: WebTimes = { lookMs: 1_000, echoMs: 2_000 };
/** How often a connection that is well says so, ms. */
const REPORT_MS = 30_000;

/** The page says it every four seconds. */
const TYPING_PER_MINUTE = 20;
/** Files that may be arriving at once. */
const UPLOADS_OF_VISITOR = 3;
const UPLOADS_OF_ADDRESS = 12;

const acknowledged = z.object({ place: z.string() });

/** Makes one account. `times` shortens waits in tests. */
export function createWebAccount(config: WebConfig, deps: ChannelDeps, times: Partial<WebTimes> = {}): ChannelAccount {
  const { lookMs, echoMs } = { ...TIMES, ...times };
  const { records, files } = deps;
  const nowMs = (): number => deps.clock.nowMs();
  const rate = (perMinute: number) => createRateLimit(perMinute, () => deps.clock.monotonicMs());
  const watch = createPlaceWatch(records.places, lookMs, nowMs);
  const echoes = createEchoes(echoMs);
  const { limits } = config;
  const append: AppendEntry = async (place, key, content) => {
    const entry = await records.places.append(place, key, { ...content });
    watch.wake(place);
    return entry;
  };
  const serveDeps = {
    config,
    places: records.places,
    files,
    watch,
    echoes,
    nowMs,
    log: deps.log,
    assets: createAssets(config),
    sessions: createSessions(config.id, (value) => records.sign(value), nowMs),
    messages: rate(limits.messagesPerMinute),
    addresses: rate(limits.messagesPerMinuteAndAddress),
    uploads: rate(limits.filesPerMinute),
    typingWords: rate(TYPING_PER_MINUTE),
    onTyping: (place: string) => deps.onTyping?.(place),
    uploadsOfVisitor: createOpenLimit(UPLOADS_OF_VISITOR),
    uploadsOfAddress: createOpenLimit(UPLOADS_OF_ADDRESS),
    newVisitors: rate(limits.visitorsPerMinuteAndAddress),
    perVisitor: createOpenLimit(limits.streamsPerVisitor),
    perAddress: createOpenLimit(limits.streamsPerAddress),
  };

  return {
    id: brandId<AccountId>(config.id),
    channel: 'web',
    capabilities: webCapabilities,
    pace: config.pace === 'off' ? null : config.pace,
    render: renderForWeb,
    normalise: normaliseVisit,
    send: (request, signal) => sendToPlace(append, files, request, signal),
    sendTimeMs,
    // Files come with the message and are ours by then.
    fetchFile: () => Promise.resolve({ kind: 'gone', reason: 'the message named no file of ours' }),
    // What a visitor wrote is shown to them as it is kept: it comes here guarded, after the commit.
    async acknowledge(what) {
      const { place } = acknowledged.parse(what);
      const content = readEntry({ ...what, kind: 'theirs' });
      if (content?.kind !== 'theirs') return;
      const entry: EntryContent = content;
      await append(place, content.id, entry);
      echoes.arrived(content.id);
    },
    async typing(threadKey) {
      const atMs = nowMs();
      watch.typing(threadKey, atMs);
      await records.places.mark(threadKey, 'typing', atMs);
    },
    serve: (request, sink) => serveChat(serveDeps, request, sink),
    // Visitors come by themselves: what there is to do is to say how the account stands.
    async receive(_sink, signal) {
      deps.onDetail?.({ name: config.officialName ?? null, groups: null });
      while (!signal.aborted) {
        deps.onState(connectionOf(config));
        await sleep(REPORT_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    },
    probe: () => probeWeb(config, records.places),
    async close() {
      watch.close();
    },
  };
}
