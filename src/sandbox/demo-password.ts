import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDurablyNow } from '../files/durable-file.ts';

/** Without the letters and digits that look alike: people type it. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 3;
const GROUP_LENGTH = 4;
const FILE = 'sandbox-password';

function randomPassword(): string {
  const group = (): string =>
    Array.from({ length: GROUP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}

/**
 * The password of the sandbox's demo people: random, made at the first start and kept beside the data (0600), so that it
 * opens this sandbox alone and the next start prints the same.
 */
export function demoPassword(dataFolder: string): string {
  const file = join(dataFolder, FILE);
  const kept = read(file);
  if (kept !== null) return kept;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const made = randomPassword();
  createDurablyNow(file, Buffer.from(`${made}\n`));
  return read(file) ?? made;
}
