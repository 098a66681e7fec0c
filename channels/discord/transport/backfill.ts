import type { Log } from '../../../src/core/ports/log.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import { recordOf } from '../../shared/read-unknown.ts';
import type { StateBoard } from '../../shared/state-board.ts';
import { createAwaitedServers } from './awaited-servers.ts';
import { findPlace, listArchived } from './find-place.ts';
import type { Lanes } from './lanes.ts';
import type { Pacer } from './pacer.ts';
import type { DiscordBookmark, DiscordRest, GatewayOptions, GatewayTimes, ServerChannel } from './ports.ts';
import {
  ACCOUNT_BOOKMARK,
  bookmarkAt,
  bookmarkName,
  idOf,
  positionAt,
  positionOf,
  readBookmarkName,
  timeOf,
} from './positions.ts';
import { type GapPlace, readGap } from './read-gap.ts';
import { type SeenChannel, withThreadsIn, writtenIn } from './told-channels.ts';

export interface BackfillOptions {
  rest: DiscordRest;
  pacer: Pacer;
  lanes: Lanes;
  log: Log;
  board: StateBoard;
  times: GatewayTimes;
  clock: GatewayOptions['clock'];
  records: GatewayOptions['records'];
  covers(channel: ServerChannel): boolean;
  shardId: number;
  /** Servers of the session, each of which tells of itself by a GUILD_CREATE. */
  guilds: readonly string[];
  /** Stores one message of a gap; false: aborted before it was. */
  store(message: Readonly<Record<string, unknown>>, place: GapPlace, messageId: string): Promise<boolean>;
}

/** Reads what was written while no session brought it. One for each session that began anew. */
export interface Backfill {
  /** A GUILD_CREATE: its channels are looked at. */
  addGuild(guild: unknown): void;
  /** A message was stored with its bookmark: what came before it in its channel is not looked for again. */
  reached(channelId: string, direct: boolean, messageId: string): void;
  /**
   * A place that began to be known after the session did: what came in it later is looked for.
   * @param upTo the message up to which everything is stored; null: all since the account began is looked for
   */
  addPlace(channelId: string, guildId: string | null, upTo: string | null): void;
  /**
   * The bookmark of a conversation that could not be read yet: up to where it is whole. The API lists no direct messages, so without one
   * the next session or process would not know of it. Undefined for servers, which tell of their channels.
   */
  unread(channelId: string): DiscordBookmark | undefined;
  /** All servers have told of themselves: begins with the channels, then direct messages. Resolves when all is read. */
  run(): Promise<void>;
  /**
   * Sees to it that what came before in a channel has been handed on, if that is done within `orderWaitMs`; a call that fails is made
   * again until then. To be called in the channel's lane. Resolves to whether it has: then what comes now may move the channel's bookmark.
   * @param messageId the new message that waits for it; null: something else does
   */
  catchUp(channelId: string, guildId: string | null, messageId: string | null): Promise<boolean>;
}

/** Places read at the same time. */
const AT_ONCE = 8;
const TRIES = 20;

/** What is stored of a place. */
interface Known {
  position: number;
  direct: boolean;
  /** Whether this session knows what came before it there: its server told of the place, or it was read. */
  isSure: boolean;
  /** The session brought its first message. */
  isNew: boolean;
}

/** A place that may have something to read. `isUntold`: no server told of it, so that nobody knows in which it is. */
type PendingPlace = GapPlace & { isUntold?: true };

export function createBackfill(options: BackfillOptions, signal: AbortSignal): Backfill {
  const { board, log, times, records } = options;
  const who = `backfill:${options.shardId}`;
  const startedMs = performance.now();
  let shownUntilMs = 0;
  /** What is stored of each known place: its position. The most recently active first. */
  const known = new Map<string, Known>();
  /** Places that may have something to read. */
  const pending = new Map<string, PendingPlace>();
  const servers = createAwaitedServers(options.guilds, times.maxRetryMs);
  /** Channels whose archived threads are to be listed, with their servers. */
  const archives = new Map<string, string>();
  /** Channels told before it was known what is stored; not whole servers: thousands of them may wait until the store is back. */
  const early = new Map<string, SeenChannel>();
  /** Until when places that may not be read are left alone, by `performance.now()`. */
  const refused = new Map<string, number>();
  /** Until when nobody waits any longer than one try takes: each message waiting its time would hold up a busy channel. */
  const hopeless = new Map<string, number>();
  const begunAt = positionAt(options.clock.nowMs() + times.clockSkewMs);
  let loaded = false;
  let ended = false;
  let baseline = 0;
  let total = 0;
  let found = 0;
  let oldest: number | null = null;

  const load = async (): Promise<void> => {
    const backoff = createBackoff({ firstMs: times.storeRetryMs, maxMs: times.storeRetryMs * 10 });
    while (!signal.aborted) {
      try {
        const account = await records.bookmark(ACCOUNT_BOOKMARK);
        if (account === null) {
          // The first start: what was written before us is none of ours.
          const begun = bookmarkAt(positionAt(options.clock.nowMs()));
          await records.beginAt(ACCOUNT_BOOKMARK, begun);
          baseline = begun.position;
        } else baseline = account.position;
        known.clear();
        for await (const { name, position } of records.allBookmarks()) {
          const place = readBookmarkName(name);
          if (place === null) continue;
          known.set(place.channelId, { position, direct: place.direct, isSure: place.direct, isNew: false });
        }
        loaded = true;
        for (const [channelId, { direct, position }] of known) {
          if (direct && options.shardId === 0)
            pending.set(channelId, { channelId, guildId: null, type: null, from: position });
        }
        for (const channel of early.values()) look(channel);
        early.clear();
        return;
      } catch (error) {
        log.warn({ error: error instanceof Error ? error.name : typeof error }, 'bookmarks cannot be read');
        await pause(backoff.nextMs(), signal);
      }
    }
  };

  const look = ({ last, ...channel }: SeenChannel): void => {
    const { id, guildId, type } = channel;
    const stands = known.get(id);
    if (stands === undefined && !options.covers(channel)) return;
    if (stands !== undefined) stands.isSure = true;
    const from = stands?.position ?? baseline;
    if (last === null || positionOf(last) > from) pending.set(id, { channelId: id, guildId, type, from });
    else if (pending.get(id)?.isUntold === true) pending.delete(id);
  };
  const loading = load();

  const isRefused = (channelId: string): boolean => performance.now() < (refused.get(channelId) ?? 0);

  /** Asks where a place is of which no server told; null: there is nothing to read, or not now, and then it stays pending. */
  const find = async (place: PendingPlace, urgentMs: number | null): Promise<GapPlace | null> => {
    const { channelId } = place;
    const limits = urgentMs === null ? { urgent: false } : { urgent: true, withinMs: urgentMs };
    const found = await findPlace(channelId, options, limits, signal);
    const now = pending.get(channelId);
    // Its server, or a message, was quicker.
    if (now !== place) return now ?? null;
    if (found.kind === 'later') return null;
    pending.delete(channelId);
    // What is gone or shut is left alone: the bookmark stays, and so does what it does not know. Others are another shard's.
    if (found.kind !== 'there' || !servers.has(found.guildId)) return null;
    const stands = known.get(channelId);
    if (found.channel === null) {
      if (stands !== undefined) stands.isSure = true;
      return null;
    }
    look(found.channel);
    return pending.get(channelId) ?? null;
  };

  /** @param urgentMs how long somebody waits for it; null: nobody does */
  const read = async (place: PendingPlace, urgentMs: number | null): Promise<boolean> => {
    // Another one was quicker.
    if (pending.get(place.channelId) !== place) return !pending.has(place.channelId);
    if (isRefused(place.channelId)) return false;
    if (place.isUntold === true) {
      const told = await find(place, urgentMs);
      return told === null ? !pending.has(place.channelId) : read(told, urgentMs);
    }
    const outcome = await readGap(
      place,
      {
        rest: options.rest,
        pacer: options.pacer,
        hand: (message, id) => options.store(message, place, id),
        urgent: urgentMs !== null,
        ...(urgentMs === null ? {} : { withinMs: urgentMs }),
      },
      signal,
    );
    found += outcome.found;
    if (outcome.found > 0) oldest = Math.min(oldest ?? place.from, place.from);
    if (outcome.kind === 'later') {
      // What was read is stored: the next try begins behind it.
      pending.set(place.channelId, { ...place, from: outcome.upTo });
      return false;
    }
    if (outcome.kind === 'no_access' && place.guildId !== null) {
      log.warn({ channelId: place.channelId, guildId: place.guildId }, 'a channel may not be read');
      board.set(`channel:${place.channelId}`, {
        state: 'retrying',
        code: 'no_access',
        message: `The bot may not read channel ${place.channelId} of server ${place.guildId}`,
        mend: 'Give its role View Channel and Read Message History there, or leave the channel out of the configuration.',
      });
      // The gap stays one: once somebody has given us the right, it is read.
      pending.set(place.channelId, { ...place, from: outcome.upTo });
      refused.set(place.channelId, performance.now() + times.refusedRetryMs);
      return false;
    }
    pending.delete(place.channelId);
    refused.delete(place.channelId);
    board.set(`channel:${place.channelId}`, null);
    const stands = known.get(place.channelId);
    if (stands !== undefined) stands.isSure = true;
    return true;
  };

  /** Lists the threads that were archived while no session told of them; those whose turn did not come stay for later. */
  const readArchives = async (): Promise<void> => {
    for (const [id, guildId] of archives) {
      const threads = await listArchived({ id, guildId }, baseline, options, signal);
      if (threads === null) continue;
      archives.delete(id);
      for (const thread of threads) {
        const stands = known.get(thread.id);
        // Its first message of this session was quicker than the list: what came before is not known.
        if (stands?.isNew === true && positionOf(thread.id) <= begunAt) stands.position = baseline;
        look(thread);
      }
    }
  };

  /** Known places that no server told of: threads that were archived, and whatever else is not there for us any more. */
  const addUntold = (): void => {
    for (const [channelId, { direct, isSure, position }] of known) {
      if (direct || isSure || pending.has(channelId)) continue;
      pending.set(channelId, { channelId, guildId: null, type: null, from: position, isUntold: true });
    }
  };

  /**
   * Has what came before looked for in a place of a server that has not told of it. False: nobody can say yet whether it counts.
   * @param upTo position up to which there may be something to look for
   */
  const expect = async (channelId: string, guildId: string, upTo: number): Promise<boolean> => {
    const stands = known.get(channelId);
    const place = pending.get(channelId);
    if (stands !== undefined) {
      if (place?.isUntold === true || (place === undefined && !stands.isSure))
        pending.set(channelId, { channelId, guildId, type: null, from: stands.position });
      return true;
    }
    if (place !== undefined || !servers.isAwaited(guildId)) return true;
    if (options.covers({ id: channelId, guildId, type: 0, parentId: null, ownerId: null })) {
      pending.set(channelId, { channelId, guildId, type: null, from: Math.min(baseline, upTo) });
      return true;
    }
    // It may be a thread that counts for what it lies in.
    return servers.wait(guildId, times.orderWaitMs, signal);
  };

  const tell = (): void => {
    const isShown = performance.now() < shownUntilMs;
    const waiting = pending.size;
    if (!isShown || waiting === 0 || signal.aborted) return board.set(who, null);
    board.set(who, {
      state: 'lagging',
      code: 'catching_up',
      message: `Reading what was written while we were away: ${total - waiting} of ${total} conversations looked through, ${found} messages found`,
      mend: 'Nothing: it goes on by itself, beside new messages.',
      behindMs: oldest === null ? 0 : Math.max(0, options.clock.nowMs() - timeOf(oldest)),
      waiting,
    });
  };

  const readAll = async (ids: readonly string[]): Promise<void> => {
    const queue = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of queue) {
        for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
          let isDone = false;
          await options.lanes.run(id, async () => {
            const place = pending.get(id);
            isDone = place === undefined || (await read(place, null)) || isRefused(id);
          });
          if (isDone) break;
          await pause(Math.min(times.maxRetryMs, times.firstRetryMs * 2 ** Math.min(tries, 6)), signal);
        }
        if (signal.aborted) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };

  const readLate = async (): Promise<void> => {
    await readArchives();
    await readAll([...pending.keys()]);
  };

  const failed = (error: unknown): void => {
    log.error({ error: error instanceof Error ? error.name : typeof error }, 'a gap could not be read');
  };

  return {
    addGuild(guild) {
      const guildId = idOf(recordOf(guild)?.['id']);
      for (const channel of withThreadsIn(guild, options.covers)) archives.set(channel.id, channel.guildId);
      for (const channel of writtenIn(guild)) {
        if (loaded) look(channel);
        else early.set(channel.id, channel);
      }
      if (guildId !== null) servers.told(guildId);
      // A server that was away itself, or slow: nobody goes through what is pending any more.
      if (ended) readLate().catch(failed);
    },
    reached(channelId, direct, messageId) {
      const stands = known.get(channelId);
      const position = Math.max(positionOf(messageId), stands?.position ?? 0);
      known.set(channelId, { position, direct, isSure: true, isNew: stands?.isNew ?? true });
    },
    addPlace(channelId, guildId, upTo) {
      const add = async (): Promise<void> => {
        await loading;
        const from = upTo === null ? baseline : positionOf(upTo);
        const isKnown = (known.get(channelId)?.position ?? 0) >= from;
        if (isKnown || pending.has(channelId) || signal.aborted) return;
        pending.set(channelId, { channelId, guildId, type: null, from });
        await readAll([channelId]);
      };
      add().catch(failed);
    },
    unread(channelId) {
      const place = pending.get(channelId);
      if (place === undefined || place.guildId !== null || place.isUntold === true) return undefined;
      return { name: bookmarkName(channelId, true), ...bookmarkAt(place.from) };
    },
    async run() {
      await loading;
      await readArchives();
      if (signal.aborted) return;
      addUntold();
      total = pending.size;
      shownUntilMs = performance.now() + times.lagShownMs;
      const timer = setInterval(tell, 500).unref();
      tell();
      const places = [...pending.values()];
      const inServers = places.filter(({ guildId }) => guildId !== null).sort((a, b) => b.from - a.from);
      const asked = places.filter(({ guildId }) => guildId === null).sort((a, b) => b.from - a.from);
      try {
        // Those of servers are known to have changed; direct messages and archived threads must be asked for one by one.
        await readAll(inServers.map(({ channelId }) => channelId));
        await readAll(asked.map(({ channelId }) => channelId));
        while (pending.size + archives.size > 0 && !signal.aborted) {
          await pause(times.maxRetryMs, signal);
          await readLate();
        }
      } finally {
        clearInterval(timer);
        board.set(who, null);
      }
      ended = true;
      log.info({ places: total, found, tookMs: Math.round(performance.now() - startedMs) }, 'gap read');
    },
    async catchUp(channelId, guildId, messageId) {
      const untilMs = performance.now() + times.orderWaitMs;
      if (!loaded) {
        await Promise.race([loading, pause(times.orderWaitMs, signal)]);
        if (!loaded) return false;
      }
      const upTo = messageId === null ? baseline : positionOf(messageId);
      if (guildId !== null && !(await expect(channelId, guildId, upTo))) return false;
      // The API lists no direct messages: somebody's first ones may have come while we were away, if the channel is that old.
      if (guildId === null && !known.has(channelId) && !pending.has(channelId) && positionOf(channelId) <= begunAt) {
        // At the account's first start a message may be older than the note of where reading begins.
        const from = Math.min(baseline, upTo);
        pending.set(channelId, { channelId, guildId, type: null, from });
        known.set(channelId, { position: from, direct: true, isSure: true, isNew: false });
      }
      for (;;) {
        const place = pending.get(channelId);
        if (place === undefined) return true;
        if (await read(place, Math.max(0, untilMs - performance.now()))) return true;
        const now = performance.now();
        if (signal.aborted || isRefused(channelId) || now < (hopeless.get(channelId) ?? 0)) return false;
        if (now + times.firstRetryMs > untilMs) {
          hopeless.set(channelId, now + times.maxRetryMs);
          // Nobody goes through what is pending any more, and the customer may write nothing else.
          if (ended) readAll([channelId]).catch(failed);
          return false;
        }
        await pause(times.firstRetryMs, signal);
      }
    },
  };
}
