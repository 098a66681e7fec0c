import { Worker } from 'node:worker_threads';

/** A main loop blocked for this long does no work and answers no one; its leases must become free. */
export const BLOCKED_LIMIT_MS = 10_000;

/**
 * Runs in the thread: plain JavaScript in a string, so that it needs no file beside the built ones. It sleeps in slices and
 * counts at most two slices at a time: after a suspend (SIGSTOP, a closed laptop) the clock jumps for both threads, and
 * the main loop gets its chance to beat first.
 */
const WATCHER = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { cells, limitMs, sliceMs } = workerData;
let seen = Atomics.load(cells, 0);
let silentMs = 0;
let before = performance.now();
while (Atomics.wait(cells, 1, 0, sliceMs) === 'timed-out') {
  const now = performance.now();
  const beat = Atomics.load(cells, 0);
  if (beat === seen) silentMs += Math.min(now - before, 2 * sliceMs);
  else silentMs = 0;
  seen = beat;
  before = now;
  if (silentMs < limitMs) continue;
  const line = { level: 'fatal', time: new Date().toISOString(), limitMs, message: 'main loop blocked; killing the process' };
  try { writeSync(2, JSON.stringify(line) + '\\n'); } catch {}
  process.kill(process.pid, 'SIGKILL');
}
`;

/** A running watchdog. */
export interface Watchdog {
  /** Ends it; resolves when its thread is gone. */
  stop(): Promise<void>;
}

/**
 * Kills this process with SIGKILL when its main loop does not turn for `limitMs`: a poison message in an endless loop
 * frees its thread's lease that way. Keeps no process alive by itself.
 */
export function startWatchdog(limitMs: number = BLOCKED_LIMIT_MS): Watchdog {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const sliceMs = Math.max(5, Math.floor(limitMs / 20));
  const thread = new Worker(WATCHER, { eval: true, workerData: { cells, limitMs, sliceMs } });
  thread.unref();
  const timer = setInterval(() => {
    Atomics.add(cells, 0, 1);
  }, sliceMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      Atomics.store(cells, 1, 1);
      Atomics.notify(cells, 1);
      await thread.terminate();
    },
  };
}
