import type { DiscordSimulator } from '../../../../../channels/discord/simulator/index.ts';
import { openGateway } from '../../../../../channels/discord/transport/open-gateway.ts';
import {
  type DiscordGatewayPayload,
  type GatewayOptions,
  type GatewayTimes,
  INTENTS,
} from '../../../../../channels/discord/transport/ports.ts';
import { createDiscordRest } from '../../../../../channels/discord/transport/rest.ts';
import type { ConnectionState } from '../../../../../src/core/ports/channel.ts';
import { type MemoryRecords, memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

/** Short waits, so that a test sees many of them. */
export const TEST_TIMES: Partial<GatewayTimes> = {
  firstRetryMs: 20,
  maxRetryMs: 100,
  handshakeMs: 500,
  storeRetryMs: 10,
  identifyGapMs: 0,
  refusedRetryMs: 150,
  orderWaitMs: 1_000,
  clockSkewMs: 0,
  backfillPerSecond: 1_000,
};

export interface Receiver {
  /** Payloads that were stored, in order. */
  readonly stored: DiscordGatewayPayload[];
  readonly states: ConnectionState[];
  readonly records: MemoryRecords;
  readonly log: ReturnType<typeof quietLog>;
  /** The texts of stored messages by channel, each id once, in the order they were first stored. */
  texts(channelId?: string): string[];
  /** The next `count` payloads are refused. */
  refuse(count: number): void;
  stop(): Promise<void>;
}

interface MessagePart {
  id: string;
  channel_id: string;
  content: string;
}

function isMessage(value: unknown): value is MessagePart {
  return typeof value === 'object' && value !== null && 'content' in value && 'id' in value && 'channel_id' in value;
}

export function messagesOf(payloads: readonly DiscordGatewayPayload[]): MessagePart[] {
  return payloads.flatMap(({ t, d }) => (t === 'MESSAGE_CREATE' && isMessage(d) ? [d] : []));
}

/** A connection to the simulator whose store is this process's memory. */
export function receive(
  simulator: DiscordSimulator,
  options: { records?: MemoryRecords; times?: Partial<GatewayTimes> } & Partial<
    Pick<GatewayOptions, 'covers' | 'wants' | 'take' | 'config' | 'onTyping'>
  > = {},
): Receiver {
  const controller = new AbortController();
  const records = options.records ?? memoryRecords();
  const stored: DiscordGatewayPayload[] = [];
  const states: ConnectionState[] = [];
  const log = quietLog();
  const rest = createDiscordRest({ token: simulator.token, apiRoot: simulator.apiRoot, timeoutMs: 2_000 });
  let refusals = 0;
  const running = openGateway(
    {
      config: { token: simulator.token, apiRoot: simulator.apiRoot, intents: INTENTS },
      rest,
      log,
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      onState: (state) => void states.push(state),
      onReady: () => undefined,
      records,
      async take(payload, bookmark) {
        await Promise.resolve();
        if (refusals > 0) {
          refusals -= 1;
          throw new Error('the store is away');
        }
        stored.push(payload);
        if (bookmark === undefined) return;
        const { name, ...rest } = bookmark;
        const before = records.bookmarks.get(name);
        if (before === undefined || before.position < rest.position) records.bookmarks.set(name, rest);
      },
      ...options,
      times: { ...TEST_TIMES, ...options.times },
    },
    controller.signal,
  );
  return {
    stored,
    states,
    records,
    log,
    texts(channelId) {
      const seen = new Set<string>();
      return messagesOf(stored).flatMap(({ id, channel_id: at, content }) => {
        if (seen.has(id) || (channelId !== undefined && at !== channelId)) return [];
        seen.add(id);
        return [content];
      });
    },
    refuse(count) {
      refusals = count;
    },
    async stop() {
      controller.abort();
      await running;
      rest.close();
    },
  };
}

/** Waits until it is so. @throws {Error} naming what did not come */
export async function until(what: string, isSo: () => boolean, withinMs = 5_000): Promise<void> {
  const endAt = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > endAt) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const stateOf = (receiver: Receiver): string => {
  const last = receiver.states.at(-1);
  return last === undefined ? '' : 'code' in last ? `${last.state} ${last.code}` : last.state;
};
