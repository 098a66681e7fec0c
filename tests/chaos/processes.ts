import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** One gateway process under test. */
export interface Process {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when it said it is up; rejects when it ended first. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  isOver(): boolean;
  /** Where its HTTP side listens, once it is up; null without one. */
  address(): string | null;
  /** Asks it to act for an agent; null when it ended before it answered. */
  ask(message: object): Promise<string | null>;
  printed(): string;
}

/** Starts one gateway process under test. */
export function startProcess(options: object): Process {
  const child = fork(join(import.meta.dirname, 'gateway-process.js'), [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const answers = new Map<number, (outcome: string | null) => void>();
  let asked = 0;
  let over = false;
  let address: string | null = null;
  const ended = once(child, 'exit').then(() => {
    over = true;
    for (const answer of answers.values()) answer(null);
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: { ready?: boolean; address?: string | null; id?: number; outcome?: string }) => {
      if (message.ready === true) {
        address = message.address ?? null;
        resolve();
      }
      if (message.id !== undefined) {
        answers.get(message.id)?.(message.outcome ?? 'ok');
        answers.delete(message.id);
      }
    });
    void ended.then(() => reject(new Error(`the gateway ended before it was up:\n${printed}`)));
  });
  ready.catch(() => undefined);
  return {
    child,
    pid: child.pid ?? 0,
    ready,
    ended,
    isOver: () => over,
    address: () => address,
    ask(message) {
      if (over || !child.connected) return Promise.resolve(null);
      asked += 1;
      const id = asked;
      return new Promise((resolve) => {
        answers.set(id, resolve);
        child.send({ ...message, id }, (error) => {
          if (error !== null) resolve(null);
        });
      });
    },
    printed: () => printed,
  };
}
