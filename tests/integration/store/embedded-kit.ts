import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findPackage } from '../../../src/store/embedded/binaries.ts';
import { forkTypeScript, type TestChild } from '../../kit/child.ts';
import type { OwnerAnswer, OwnerOrder } from './embedded-owner.ts';

export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65534;

/** A folder that other users may pass through, removed by the caller. */
export function openTempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'parley-embedded-'));
  // mkdtemp makes it 0700, which is a case of its own.
  mkdirSync(join(dir, 'in'), { mode: 0o755 });
  return dir;
}

/** Starts a miniature gateway as a process of its own. */
export function startOwner(order: OwnerOrder, env?: Record<string, string>): TestChild {
  return forkTypeScript(join(import.meta.dirname, 'embedded-owner.ts'), [JSON.stringify(order)], env);
}

/** Its answer. */
export async function answerOf(owner: TestChild): Promise<OwnerAnswer> {
  return (await owner.next()) as OwnerAnswer;
}

/** Stops a miniature gateway in order and waits for its end. */
export async function stopOwner(owner: TestChild): Promise<void> {
  if (owner.process.exitCode !== null) return;
  const exit = new Promise((resolve) => owner.process.once('exit', resolve));
  owner.send({ stop: true });
  await exit;
}

/** A copy of the package as `npm ci --ignore-scripts` leaves it: without the links beside the libraries. */
export function packageWithoutLinks(into: string): string {
  const to = join(into, 'package');
  cpSync(join(findPackage(), 'native'), join(to, 'native'), {
    recursive: true,
    filter: (source) => !/lib\/(pkgconfig|.*\.a$)/.test(source),
    verbatimSymlinks: true,
  });
  for (const entry of readdirSync(join(to, 'native', 'lib'), { withFileTypes: true })) {
    if (entry.isSymbolicLink()) rmSync(join(to, 'native', 'lib', entry.name));
  }
  return to;
}

/** One query over a connection of its own. */
export async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
