import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../eventually.ts';

const BIN = join(import.meta.dirname, '../../../bin/parley.js');
/** A first start builds program and page. */
const START_LIMIT_MS = 120_000;

/** The real command, as a visitor runs it, in a folder of its own. */
export interface SandboxServer {
  readonly folder: string;
  /** Of the page. */
  readonly address: string;
  readonly password: string;
  /** From the command to the line that says where to click, ms. */
  readonly startedInMs: number;
  output(): string;
  /** Rows of the embedded store. */
  query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  /** Ends it; `keep` leaves the folder for the next start. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

/** Starts `parley serve` without a configuration. */
export async function startSandboxServer(
  folder: string = mkdtempSync(join(tmpdir(), 'parley-sandbox-')),
): Promise<SandboxServer> {
  const begunMs = performance.now();
  const environment = { ...process.env };
  delete environment['PARLEY_CONFIG'];
  const child: ChildProcess = spawn(process.execPath, [BIN, 'serve'], { cwd: folder, env: environment });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said = (pattern: RegExp): string | undefined => pattern.exec(output)?.[1];
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`the sandbox ended:\n${output}`);
      return said(/Password +(\S+)/) !== undefined;
    },
    START_LIMIT_MS,
    20,
  );
  const startedInMs = performance.now() - begunMs;
  return {
    folder,
    address: said(/Open +(http\S+)/) ?? '',
    password: said(/Password +(\S+)/) ?? '',
    startedInMs,
    output: () => output,
    async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
      const { port, password } = JSON.parse(readFileSync(join(folder, 'data/postgres.json'), 'utf8')) as {
        port: number;
        password: string;
      };
      const client = new pg.Client({ connectionString: `postgres://parley:${password}@127.0.0.1:${port}/parley` });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async stop({ keep = false } = {}) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
