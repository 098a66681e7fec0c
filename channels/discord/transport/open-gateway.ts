import { type Linked, linked } from '../../../src/core/linked-signal.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { createStateBoard } from '../../shared/state-board.ts';
import { type Backfill, createBackfill } from './backfill.ts';
import { type Trouble, troubleOfCall } from './connection-state.ts';
import { askGateway, createIdentifyBudget } from './identify-budget.ts';
import { createLanes } from './lanes.ts';

import { createPacer } from './pacer.ts';
import type { DiscordBookmark, DiscordGatewayPayload, GatewayOptions, GatewayTimes } from './ports.ts';
import { bookmarkOf, idOf } from './positions.ts';
import { createRecentIds } from './recent-ids.ts';
import { createServerWatch } from './server-watch.ts';
import { runShard, type ShardOptions } from './shard.ts';

export const GATEWAY_TIMES: GatewayTimes = {
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  handshakeMs: 20_000,
  storeRetryMs: 500,
  identifyGapMs: 5_000,
  refusedRetryMs: 300_000,
  orderWaitMs: 2_000,
  lagShownMs: 60_000,
  clockSkewMs: 60_000,
  // Half of the platform's 50 a second.
  backfillPerSecond: 25,
};

const INTERACTION = 'INTERACTION_CREATE';
/** How long after the end of the account what was received is still stored: edits, presses and forms never come again. */
const DRAIN_MS = 3_000;
/** Payloads that wait to be stored before reading from the socket pauses. */
const MOST_WAITING = 5_000;
/** Ids of messages read over REST that are remembered, so that they need not be stored once more when they come by themselves. */
const MOST_FOUND = 10_000;
/** How long after READY servers may tell of themselves before reading of gaps begins, and the least silence that ends it. */
const SERVERS_WITHIN_MS = 10_000;
const SERVERS_SILENCE_MS = 1_000;

/** Events that say nothing of what customers do, or that this file acts on itself. Unknown ones are handed on. */
const NOT_HANDED_ON =
  /^(?:READY|RESUMED|GUILD_CREATE|GUILD_UPDATE|GUILD_(?:MEMBER|ROLE|EMOJIS|STICKERS|SCHEDULED|SOUNDBOARD|AUDIT|INTEGRATIONS|BAN).*|PRESENCE_UPDATE|TYPING_START|USER_UPDATE|VOICE_.*|STAGE_.*|INVITE_.*|INTEGRATION_.*|CHANNEL_PINS_UPDATE|THREAD_LIST_SYNC|THREAD_MEMBERS?_UPDATE|APPLICATION_COMMAND_PERMISSIONS_UPDATE|WEBHOOKS_UPDATE|SUBSCRIPTION_.*|ENTITLEMENT_.*|AUTO_MODERATION_.*)$/;

/**
 * Receives over the gateway until aborted: connects every shard, hands each dispatch on in the order of its channel, and after every READY
 * (nothing is replayed then) reads over REST what was written meanwhile. Trouble at the platform is told as a state, never thrown.
 */
export async function openGateway(options: GatewayOptions, signal: AbortSignal): Promise<void> {
  const times = { ...GATEWAY_TIMES, ...options.times };
  const board = createStateBoard(options.onState);
  const budget = createIdentifyBudget(() => options.clock.monotonicMs(), times.identifyGapMs);
  const pacer = createPacer(
    times.backfillPerSecond,
    () => options.rest.recentCalls(),
    () => performance.now(),
  );
  const backoff = createBackoff({ firstMs: times.firstRetryMs, maxMs: times.maxRetryMs });
  board.set('gateway', { state: 'connecting' });

  while (!signal.aborted) {
    let shards: number;
    try {
      ({ shards } = await askGateway(options.rest, signal));
    } catch (error) {
      if (signal.aborted) return;
      const trouble: Trouble = troubleOfCall(error);
      options.log.warn({ code: trouble.state.code }, 'the gateway could not be asked for');
      board.set('gateway', trouble.state);
      await pause(trouble.slow ? times.refusedRetryMs : (trouble.waitMs ?? backoff.nextMs()), signal);
      continue;
    }
    backoff.reset();
    const round = linked(signal);
    const running = Array.from({ length: shards }, async (_, shardId) => {
      const shard = [shardId, shards] as const;
      const { idle, ...connection } = receiveShard(
        shard,
        { options, times, board, pacer, ending: signal },
        round.signal,
      );
      const { rest, log, config } = options;
      try {
        await runShard({ ...connection, shard, ...config, rest, log, board, budget, times }, round.signal);
      } catch (error) {
        log.error(
          { shardId, error: error instanceof Error ? error.name : typeof error },
          'a shard ended by a mistake of ours',
        );
        await pause(backoff.nextMs(), round.signal);
      }
      // What was received is stored first: edits, presses and forms never come again.
      round.abort();
      await idle();
    });
    // Each has said how it stands.
    board.set('gateway', null);
    // One shard that needs another number of them ends the others too.
    await Promise.all(running);
    round.release();
  }
}

interface Shared {
  options: GatewayOptions;
  times: GatewayTimes;
  board: ReturnType<typeof createStateBoard>;
  pacer: ReturnType<typeof createPacer>;
  /** Aborted with the account; what is received from a round outlives the round. */
  ending: AbortSignal;
}

/** What one shard does with what it receives. */
function receiveShard(
  [shardId]: readonly [number, number],
  { options, times, board, pacer, ending }: Shared,
  signal: AbortSignal,
): Pick<ShardOptions, 'onReady' | 'onDispatch' | 'onControl'> & { idle(): Promise<void> } {
  const { log } = options;
  const covers = options.covers ?? (() => false);
  const servers = createServerWatch(board, log, covers);
  let control: { pause(): void; resume(): void } | null = null;
  let isFull = false;
  const lanes = createLanes({
    most: MOST_WAITING,
    log,
    onFull(full) {
      isFull = full;
      if (full) control?.pause();
      else control?.resume();
    },
  });
  const found = createRecentIds(MOST_FOUND);
  let backfill: Backfill | null = null;
  let session: Linked | null = null;
  let selfId: string | null = null;
  let awaited = new Set<string>();
  let begin: () => void = () => undefined;

  let endMs = Number.POSITIVE_INFINITY;
  const endSoon = (): void => {
    endMs = performance.now() + DRAIN_MS;
  };
  if (ending.aborted) endSoon();
  else ending.addEventListener('abort', endSoon, { once: true });

  const store = async (payload: DiscordGatewayPayload, bookmark?: DiscordBookmark): Promise<boolean> => {
    const backoff = createBackoff({ firstMs: times.storeRetryMs, maxMs: times.storeRetryMs * 10 });
    const who = `store:${shardId}`;
    let refused = false;
    do {
      if (performance.now() >= endMs) return false;
      try {
        await options.take(payload, bookmark);
        if (refused) board.set(who, null);
        return true;
      } catch (error) {
        refused = true;
        log.warn({ t: payload.t, error: error instanceof Error ? error.name : typeof error }, 'dispatch not stored');
        board.set(who, {
          state: 'retrying',
          code: 'ingest_refused',
          message: 'The gateway cannot store messages now; they are kept in memory and at Discord',
          mend: 'Look at the store: parley doctor says what is wrong with it.',
        });
        await pause(backoff.nextMs(), ending);
      }
    } while (!ending.aborted);
    return false;
  };

  /** Whether what came before in a channel has been handed on. */
  const catchUp = async (channelId: string, guildId: string | null, messageId: string | null): Promise<boolean> => {
    try {
      return (await backfill?.catchUp(channelId, guildId, messageId)) ?? true;
    } catch (error) {
      log.error({ channelId, error: error instanceof Error ? error.name : typeof error }, 'a gap could not be read');
      return false;
    }
  };

  /** One dispatch, in its channel's lane. `of`: reading of gaps at the time it came. */
  const hand = async (t: string, d: unknown, of: Backfill | null): Promise<void> => {
    const payload: DiscordGatewayPayload = { v: 1, t, d, shardId, source: 'gateway' };
    const message = recordOf(d);
    const channelId = idOf(message?.['channel_id']);
    const messageId = idOf(message?.['id']);
    const guildId = idOf(message?.['guild_id']);
    // A session that began while this waited could not know of a place whose first message was not stored yet.
    const tellNext = (place: string, upTo: string | null): boolean => {
      if (of === null || of === backfill) return false;
      backfill?.addPlace(place, guildId, upTo);
      return true;
    };
    if (t !== 'MESSAGE_CREATE' || channelId === null || messageId === null) {
      // An edit may be about a message of the gap: that one first. What a person pressed must be answered within three seconds.
      const place = t === INTERACTION ? null : channelId;
      if (place !== null) await catchUp(place, guildId, null);
      await store(payload);
      if (place !== null && guildId === null) tellNext(place, null);
      return;
    }
    const isWhole = await catchUp(channelId, guildId, messageId);
    // Else it was read over REST while it was on its way here.
    if (!found.take(messageId)) {
      const upTo = isWhole ? bookmarkOf(channelId, guildId === null, messageId) : backfill?.unread(channelId);
      if (!(await store(payload, upTo))) return;
    }
    if (tellNext(channelId, isWhole || guildId !== null ? messageId : null)) return;
    if (isWhole) backfill?.reached(channelId, guildId === null, messageId);
  };

  /** In direct messages alone: who types in a channel of many types for all of them. We are told of ourselves too. */
  const seeTyping = (d: unknown): void => {
    const typing = recordOf(d);
    const channelId = idOf(typing?.['channel_id']);
    const userId = idOf(typing?.['user_id']);
    if (channelId === null || userId === null || userId === selfId || idOf(typing?.['guild_id']) !== null) return;
    options.onTyping?.(channelId);
  };

  return {
    onReady(d) {
      const user = recordOf(d['user']);
      const id = idOf(user?.['id']);
      selfId = id;
      const username = stringOf(user?.['username']) ?? '';
      if (id !== null) {
        options.onReady({ id, username, applicationId: idOf(recordOf(d['application'])?.['id']) ?? id });
        options.onDetail?.({ name: username === '' ? null : `@${username}`, groups: null });
      }
      session?.abort();
      session?.release();
      session = linked(signal);
      const lasting = session.signal;
      const guilds: unknown[] = Array.isArray(d['guilds']) ? d['guilds'] : [];
      awaited = new Set(guilds.flatMap((guild) => idOf(recordOf(guild)?.['id']) ?? []));
      const reading = createBackfill(
        {
          rest: options.rest,
          pacer,
          lanes,
          log,
          board,
          times,
          clock: options.clock,
          records: options.records,
          covers,
          shardId,
          guilds: [...awaited],
          async store(message, place, messageId) {
            const payload = { v: 1, t: 'MESSAGE_CREATE', d: message, shardId, source: 'backfill' } as const;
            const isStored = await store(payload, bookmarkOf(place.channelId, place.guildId === null, messageId));
            if (isStored) found.add(messageId);
            return isStored;
          },
        },
        lasting,
      );
      backfill = reading;
      let begun = false;
      const start = (): void => {
        if (begun || lasting.aborted) return;
        begun = true;
        clearTimeout(latest);
        clearTimeout(quiet);
        reading.run().catch((error: unknown) => {
          log.error({ error: error instanceof Error ? error.name : typeof error }, 'reading of a gap ended');
        });
      };
      const latest = setTimeout(start, SERVERS_WITHIN_MS).unref();
      const quiet = setTimeout(start, SERVERS_SILENCE_MS).unref();
      begin = () => {
        if (awaited.size === 0) start();
        else if (!begun) quiet.refresh();
      };
      begin();
    },
    onDispatch(t, d) {
      servers.see(t, d);
      if (t === 'GUILD_CREATE') {
        backfill?.addGuild(d);
        awaited.delete(idOf(recordOf(d)?.['id']) ?? '');
        begin();
        return;
      }
      if (t === 'TYPING_START') seeTyping(d);
      if (NOT_HANDED_ON.test(t)) return;
      const payload = { v: 1, t, d, shardId, source: 'gateway' } as const;
      options.onArrival?.(payload);
      if (options.wants !== undefined && !options.wants(payload)) return;
      const of = backfill;
      void lanes.run(laneOf(t, d), () => hand(t, d, of));
    },
    onControl(next) {
      control = next;
      if (isFull) control?.pause();
    },
    idle: () => lanes.idle(),
  };
}

/** What must stay in order together: all of one channel, and what one person presses there. */
function laneOf(t: string, d: unknown): string {
  const record = recordOf(d);
  // These cannot wait for what is being stored or read, nor for what others pressed: each person has a conversation of their own.
  if (t === INTERACTION) {
    const user = recordOf(recordOf(record?.['member'])?.['user']) ?? recordOf(record?.['user']);
    return `${INTERACTION}:${idOf(record?.['channel_id']) ?? ''}:${idOf(user?.['id']) ?? ''}`;
  }
  if (/^(?:CHANNEL|THREAD)_/.test(t)) return idOf(record?.['id']) ?? t;
  return idOf(record?.['channel_id']) ?? idOf(record?.['guild_id']) ?? t;
}
