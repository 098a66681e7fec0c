import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_AFTER_MS = 500;

/** Shutting and opening take turns, however fast somebody clicks; a port that somebody else took meanwhile is waited for. */
export function createDoor(simulator: { suspend(): Promise<void>; resume(): Promise<void> }): {
  shut(): void;
  open(): void;
} {
  let turn: Promise<void> = Promise.resolve();
  const until = async (move: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await move();
      } catch {
        await sleep(AGAIN_AFTER_MS, undefined, { ref: false });
      }
    }
  };
  const then = (move: () => Promise<void>): void => {
    turn = turn.then(() => until(move));
  };
  return { shut: () => then(simulator.suspend), open: () => then(simulator.resume) };
}
