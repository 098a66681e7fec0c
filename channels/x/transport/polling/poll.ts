import { linked } from '../../../../src/core/linked-signal.ts';
import type { InboundSink } from '../../../../src/core/ports/channel.ts';
import { FEEDS, type FeedName } from './feeds.ts';
import { type PollParts, pollFeed } from './poll-feed.ts';
import { createTraffic } from './traffic.ts';

export type PollingParts = Omit<PollParts, 'traffic' | 'untilAsked' | 'isPushed'>;

/** Asks X what is new: all the time, or only for gaps where X brings it by itself. */
export interface Polling {
  /** Until aborted. */
  run(sink: InboundSink, signal: AbortSignal): Promise<void>;
  /** There may be a gap: looks as soon as nothing forbids it. */
  lookSoon(): void;
  /** The feeds whose news X brings by itself. Where it no longer does, or begins to, there is a look at once. */
  setPushed(feeds: readonly FeedName[]): void;
}

/** Makes it. The feeds are polled side by side: trouble with one is none of the others'. */
export function createPolling(parts: PollingParts): Polling {
  const waits = new Set<() => void>();
  const traffic = createTraffic(parts.nowMs());
  let pushed: readonly FeedName[] = [];
  /** Counts the wishes to look; one that comes while a look is under way is not lost. */
  let asked = 0;

  const lookSoon = (): void => {
    asked += 1;
    for (const end of waits) end();
  };

  /** @returns how one feed waits: not at all where somebody asked since its last wait */
  function waiting(): PollParts['untilAsked'] {
    let heard = asked;
    return async (ms, signal) => {
      if (heard === asked) {
        const wait = linked(signal);
        waits.add(wait.abort);
        try {
          await parts.pause(ms, wait.signal);
        } finally {
          waits.delete(wait.abort);
          wait.release();
        }
      }
      heard = asked;
    };
  }

  return {
    async run(sink, signal) {
      const shared = { ...parts, traffic, isPushed: (feed: FeedName) => pushed.includes(feed) };
      await Promise.all(
        Object.values(FEEDS).map((feed) => pollFeed(feed, sink, { ...shared, untilAsked: waiting() }, signal)),
      );
    },
    lookSoon,
    setPushed(feeds) {
      if (feeds.length === pushed.length && feeds.every((feed) => pushed.includes(feed))) return;
      pushed = [...feeds];
      lookSoon();
    },
  };
}
