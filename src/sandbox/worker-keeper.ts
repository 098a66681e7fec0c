import { type ChildProcess, fork } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { ParleyError } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';

/** What the worker's process is told, once. */
export interface WorkerOrder {
  config: Config;
  storeUrl: string;
}

/** The sandbox's worker: a process of its own, so that it can be killed for real while everything else goes on. */
export interface WorkerKeeper {
  /** Gives the worker what it needs. Resolves when it works. @throws {ParleyError} when it does not start */
  begin(order: WorkerOrder): Promise<void>;
  state(): { up: boolean; pid: number | null; kills: number };
  /** kill -9. Another one follows. False when there is none at the moment. */
  kill(): boolean;
  /** Lets it finish what is under way; ends it hard when that takes too long. */
  stop(): Promise<void>;
}

/** After a death, how long until the next one: long enough to be seen, short enough not to be waited for. */
const BACK_AFTER_MS = 1_000;
/** Deaths in a row before it ever worked: something is wrong that trying again does not mend. */
const MOST_STILLBORN = 3;
/** The gateway's own hard end is at 9.5 s. */
const STOP_LIMIT_MS = 9_000;

const ENTRY = join(import.meta.dirname, `worker-process${extname(import.meta.filename)}`);

/** Forks the worker's process; it loads its modules while the store still starts. */
export function keepWorker(log: Log, onChange: () => void): WorkerKeeper {
  let order: WorkerOrder | null = null;
  let child: ChildProcess;
  let up = false;
  let kills = 0;
  let stillborn = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | null = null;
  let began: { resolve(): void; reject(error: Error): void } | null = null;

  function start(): ChildProcess {
    // IPC as JSON: what is sent is configuration, which came as JSON's kin anyway.
    const started = fork(ENTRY, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    started.on('message', (message) => {
      if (message !== 'works') return;
      up = true;
      stillborn = 0;
      log.info({ pid: started.pid }, 'the worker works');
      began?.resolve();
      began = null;
      onChange();
    });
    // One that dies while it is told something is heard of by its end.
    started.on('error', (error) => log.debug({ err: error.message }, 'the worker could not be reached'));
    started.once('exit', (code, signal) => {
      if (stopping) return;
      log.warn({ pid: started.pid, code, signal }, 'the worker is gone; another one is started');
      if (!up) stillborn += 1;
      up = false;
      onChange();
      if (stillborn >= MOST_STILLBORN && began !== null) {
        began.reject(
          new ParleyError('sandbox_worker', "the sandbox's worker process does not start", {
            mend: 'the lines above say why',
          }),
        );
        began = null;
        return;
      }
      timer = setTimeout(() => {
        child = start();
      }, BACK_AFTER_MS);
    });
    if (order !== null) started.send(order);
    return started;
  }
  child = start();

  return {
    begin(given) {
      order = given;
      if (child.connected) child.send(given);
      return new Promise((resolve, reject) => {
        began = { resolve, reject };
      });
    },
    state: () => ({ up, pid: up ? (child.pid ?? null) : null, kills }),
    kill() {
      if (!up) return false;
      up = false;
      kills += 1;
      onChange();
      return child.kill('SIGKILL');
    },
    async stop() {
      stopping = true;
      if (timer !== null) clearTimeout(timer);
      began?.resolve();
      if (child.exitCode !== null || child.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        const hard = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
        child.once('exit', () => {
          clearTimeout(hard);
          resolve();
        });
        // One that is not told of any work yet has nothing to finish.
        if (order === null || !child.connected) child.kill('SIGKILL');
        else child.send('stop');
      });
    },
  };
}
