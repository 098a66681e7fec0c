import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceLog } from '../../../src/core/ports/place-log.ts';

/** Entries that are looked for at once, over all places that somebody looks at. */
const MOST = 500;

/** A mark of writing stays in the store; older than this nobody writes any more, ms. */
const TYPING_MS = 6_000;

/** Somebody who looks at a place. */
export interface PlaceView {
  /** Of the newest entry that was shown. */
  seq: number;
  /** When somebody of ours last wrote there, ms since the epoch; 0: nobody of late. */
  typingMs: number;
  /** Resolves when there may be something new, when the time is over, or when aborted. */
  changed(withinMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Tells who looks at a place of what is new there: at once what this process wrote, what others wrote within a second. */
export interface PlaceWatch {
  open(place: string, seq: number): PlaceView;
  wake(place: string): void;
  typing(place: string, atMs: number): void;
  close(): void;
}

interface Kept extends PlaceView {
  place: string;
  wake(): void;
}

/** @param everyMs between two looks at what other processes wrote; nothing is asked while nobody looks */
export function createPlaceWatch(places: PlaceLog, everyMs: number, nowMs: () => number): PlaceWatch {
  const views = new Map<string, Set<Kept>>();
  const ending = new AbortController();
  let looking = false;

  async function look(): Promise<void> {
    const positions = new Map<string, number>();
    for (const [place, open] of views) positions.set(place, Math.min(...[...open].map(({ seq }) => seq)));
    const fresh = await places.since(positions, MOST);
    for (const place of new Set(fresh.map((entry) => entry.place))) wake(place);
    for (const [place, { typing = 0 }] of await places.marks([...positions.keys()])) tellTyping(place, typing);
  }

  async function lookOn(): Promise<void> {
    while (views.size > 0 && !ending.signal.aborted) {
      // A store that is away is asked again; the streams stay open meanwhile.
      await look().catch(() => undefined);
      await sleep(everyMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    }
    looking = false;
  }

  function wake(place: string): void {
    for (const view of views.get(place) ?? []) view.wake();
  }

  function tellTyping(place: string, atMs: number): void {
    if (atMs < nowMs() - TYPING_MS) return;
    for (const view of views.get(place) ?? []) {
      if (atMs <= view.typingMs) continue;
      view.typingMs = atMs;
      view.wake();
    }
  }

  return {
    wake,
    typing: tellTyping,
    close: () => ending.abort(),
    open(place, seq) {
      let pending = false;
      let resolve: () => void = () => undefined;
      const view: Kept = {
        place,
        seq,
        typingMs: 0,
        wake() {
          pending = true;
          resolve();
        },
        async changed(withinMs, signal) {
          if (!pending) {
            const over = AbortSignal.any([signal, ending.signal]);
            const woken = new Promise<void>((done) => {
              resolve = done;
            });
            const timer = new AbortController();
            const time = sleep(withinMs, undefined, { signal: AbortSignal.any([over, timer.signal]), ref: false });
            await Promise.race([woken, time.catch(() => undefined)]);
            timer.abort();
          }
          pending = false;
        },
        close() {
          const open = views.get(place);
          open?.delete(view);
          if (open?.size === 0) views.delete(place);
        },
      };
      views.set(place, (views.get(place) ?? new Set()).add(view));
      if (!looking) {
        looking = true;
        void lookOn();
      }
      return view;
    },
  };
}
