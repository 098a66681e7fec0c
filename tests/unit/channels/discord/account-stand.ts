import { discordConfig } from '../../../../channels/discord/config.ts';
import { createDiscordAccount } from '../../../../channels/discord/index.ts';
import { createDiscordSimulator, type DiscordSimulator } from '../../../../channels/discord/simulator/index.ts';
import type { InboundEvent } from '../../../../src/core/model/inbound.ts';
import { createTestSink, type TestSink } from '../../../kit/channels/channel-harness.ts';
import { type RecordingDeps, recordingDeps } from '../../../kit/channels/recording.ts';
import { eventually } from '../../../kit/eventually.ts';

const TIMES = {
  firstRetryMs: 20,
  maxRetryMs: 100,
  storeRetryMs: 20,
  identifyGapMs: 20,
  refusedRetryMs: 100,
  backfillPerSecond: 200,
};

/** One account at a simulated Discord, with a store in memory. */
export interface AccountStand {
  readonly simulator: DiscordSimulator;
  readonly deps: RecordingDeps;
  readonly sink: TestSink;
  events(): InboundEvent[];
  /** The texts of its messages, in the order they were stored. */
  texts(): string[];
  stop(): Promise<void>;
}

/** @param prepare done at the platform before the account connects */
export async function startAccount(
  support: Record<string, string[]> = {},
  prepare: (simulator: DiscordSimulator) => void = () => undefined,
): Promise<AccountStand> {
  const simulator = createDiscordSimulator();
  await simulator.start();
  prepare(simulator);
  const deps = recordingDeps();
  const { token, apiRoot } = simulator;
  const account = createDiscordAccount(
    discordConfig.parse({ id: 'dc', channel: 'discord', token, apiRoot, support }),
    deps,
    TIMES,
  );
  const sink = createTestSink((_data, bookmark) => {
    if (bookmark !== null) deps.records.bookmarks.set(bookmark.name, bookmark);
  });
  const ending = new AbortController();
  const running = account.receive?.(sink.sink, ending.signal);
  await eventually(() => deps.states.some(({ state }) => state === 'connected'));
  const events = (): InboundEvent[] =>
    sink.stored.flatMap((payload) =>
      account
        .normalise(JSON.parse(payload.toString('utf8')))
        .flatMap((one) => (one.outcome === 'event' ? [one.event] : [])),
    );
  return {
    simulator,
    deps,
    sink,
    events,
    texts: () => events().flatMap((event) => (event.type === 'message' ? [event.text] : [])),
    async stop() {
      ending.abort();
      await running;
      await account.close();
      await simulator.stop();
    },
  };
}

/** What an interaction of somebody in a server brings, over what is given. */
export function interactionOf(userId: string, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    id: '310000000000000901',
    application_id: '100000000000000001',
    token: 'token-of-nobody',
    version: 1,
    locale: 'en-US',
    member: { user: { id: userId, username: 'ana', discriminator: '0', global_name: 'Ana' } },
    ...over,
  };
}

/** The data of our form, as it is sent. */
export function formData(text: string): Record<string, unknown> {
  const field = { type: 4, id: 2, custom_id: 'text', value: text };
  return { custom_id: 'parley:form', components: [{ type: 1, id: 1, components: [field] }] };
}
