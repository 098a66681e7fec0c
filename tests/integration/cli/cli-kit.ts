import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { eventually } from '../../kit/eventually.ts';

const main = join(import.meta.dirname, '../../../dist/src/main.js');
const LIMIT_MS = 40_000;

/** What a command came to. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder with a configuration, in which the command line runs as a process of its own. */
export interface Desk {
  readonly folder: string;
  configure(config: object): void;
  /** @param hear told of all that was said so far, whenever it is more */
  run(args: readonly string[], input?: string, hear?: (stdout: string) => void): Promise<Ran>;
  /** Starts `parley serve` and waits until it runs. */
  serve(args?: readonly string[]): Promise<Serving>;
  remove(): Promise<void>;
}

/** A running gateway. */
export interface Serving {
  readonly child: ChildProcess;
  /** Where its HTTP side listens; empty for roles that have none. */
  readonly address: string;
  output(): string;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }>;
}

export function openDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'parley-cli-'));
  const children = new Set<ChildProcess>();
  const start = (args: readonly string[]): ChildProcess => {
    const environment = { ...process.env };
    delete environment['PARLEY_CONFIG'];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: environment });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const collect = (child: ChildProcess): { stdout: string; stderr: string } => {
    const texts = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
    return texts;
  };
  const configFile = join(folder, 'parley.yaml');
  let configured: string[] = [];
  return {
    folder,
    configure(config) {
      writeFileSync(configFile, stringify(config));
      configured = ['--config', configFile];
    },
    run(args, input, hear = () => undefined) {
      const child = start([...args, ...configured]);
      const texts = collect(child);
      child.stdout?.on('data', () => hear(texts.stdout));
      child.stdin?.end(input ?? '');
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          reject(new Error(`parley ${args.join(' ')} did not end:\n${texts.stdout}${texts.stderr}`));
        }, LIMIT_MS);
        child.once('close', (code) => {
          clearTimeout(timer);
          resolve({ code, ...texts });
        });
      });
    },
    async serve(args = []) {
      const child = start(['serve', ...args, ...configured]);
      const texts = collect(child);
      const output = (): string => texts.stdout + texts.stderr;
      const address = await eventually(() => {
        if (child.exitCode !== null) return `ended: ${output()}`;
        const up = /"address":(?:"([^"]+)"|null)/.exec(texts.stdout);
        return up === null ? false : (up[1] ?? '');
      }, LIMIT_MS);
      if (typeof address !== 'string' || address.startsWith('ended')) throw new Error(String(address));
      return {
        child,
        address,
        output,
        async stop(signal = 'SIGTERM') {
          const begunMs = performance.now();
          const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
          if (child.exitCode === null) child.kill(signal);
          const code = child.exitCode ?? (await ended);
          return { code, tookMs: performance.now() - begunMs };
        },
      };
    },
    async remove() {
      for (const child of children) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One query over a connection of its own. */
export async function ask<Row extends Record<string, unknown>>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** All rows of all tables as text, by table; what `pg_dump --data-only` would show. */
export async function dump(url: string): Promise<Record<string, string[]>> {
  const tables = await ask<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
  );
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await ask<{ row: string }>(url, `SELECT t::text AS row FROM "${name}" t ORDER BY 1`);
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}
