import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A TypeScript file running as a process of its own; it talks by `process.send`. */
export interface TestChild {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The next message it sends; rejects when it ends first, with what it printed. */
  next(): Promise<unknown>;
  send(message: object): void;
  /** kill -9, and waits for the end. */
  kill9(): Promise<void>;
}

/**
 * Starts a TypeScript file as a child process.
 * @param path absolute
 * @param env the whole environment; default: ours
 */
export function forkTypeScript(path: string, args: readonly string[] = [], env?: Record<string, string>): TestChild {
  const loader = pathToFileURL(join(import.meta.dirname, 'typescript-loader.js')).href;
  const child = fork(path, args, {
    execArgv: ['--import', loader],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...(env === undefined ? {} : { env }),
  });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const inbox: unknown[] = [];
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  let ended = false;
  child.on('message', (message) => {
    const first = waiting.shift();
    if (first === undefined) inbox.push(message);
    else first.resolve(message);
  });
  child.once('exit', (code, signal) => {
    ended = true;
    for (const { reject } of waiting) reject(new Error(`${path} ended (${code ?? signal}):\n${printed}`));
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    next: () => {
      if (inbox.length > 0) return Promise.resolve(inbox.shift());
      if (ended) return Promise.reject(new Error(`${path} has ended:\n${printed}`));
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    send: (message) => child.send(message),
    kill9: async () => {
      if (ended) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
