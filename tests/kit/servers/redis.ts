import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../eventually.ts';
import { ended, freePort, startServer } from './process.ts';
import { findRedis } from './programs.js';

/** A real Redis on a random loopback port with a folder of its own. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it in order; what AOF holds stays for `start`. */
  stop(): Promise<void>;
  /** Ends it by kill -9. */
  kill9(): Promise<void>;
  /** Starts it again after `stop` or `kill9`, on the same port and folder. */
  start(): Promise<void>;
  /** `stop`, then `start`. */
  restart(): Promise<void>;
  /** FLUSHALL. */
  flush(): Promise<void>;
  /** One command over a connection of its own. */
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts a Redis.
 * @param options.appendonly AOF everysec; default: nothing is kept
 * @param options.maxmemoryPolicy default: noeviction
 */
export async function startRedis(options: { appendonly?: boolean; maxmemoryPolicy?: string } = {}): Promise<TestRedis> {
  const program = findRedis();
  if (program === undefined) throw new Error('redis-server is missing although the global setup passed');
  const folder = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  const settings: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: options.appendonly === true ? 'yes' : 'no',
    appendfsync: 'everysec',
    'maxmemory-policy': options.maxmemoryPolicy ?? 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let child: ChildProcess | undefined;

  const command = async (name: string, ...rest: string[]): Promise<unknown> => {
    const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...rest);
    } finally {
      client.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    child = startServer(program, args);
    await eventually(async () => (await command('PING')) === 'PONG');
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined) return;
    child.kill(signal);
    await ended(child);
    child = undefined;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    start,
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    flush: async () => {
      await command('FLUSHALL');
    },
    command,
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
