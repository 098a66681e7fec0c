import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../../files/errors.ts';
import {
  BackupDamaged,
  type BackupEnd,
  type BackupHead,
  type BackupLine,
  readEnd,
  readHead,
  readLine,
} from './format.ts';

/** The lines of a backup as text, without their ends. @throws {BackupDamaged} when it breaks off or is no gzip */
async function* textLines(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => unzipped.destroy(error));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: string[] = [];
  try {
    for await (const chunk of unzipped) {
      const pieces = decoder.decode(chunk as Buffer, { stream: true }).split('\n');
      const last = pieces.pop() ?? '';
      for (const piece of pieces) {
        yield rest.length === 0 ? piece : rest.join('') + piece;
        rest = [];
      }
      if (last !== '') rest.push(last);
    }
  } catch (error) {
    // What a caller throws between two lines is not ours to explain.
    const code = systemCode(error) ?? '';
    if (code.startsWith('Z_') || code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new BackupDamaged('it breaks off or is no gzip file', error);
    }
    throw error;
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  if (rest.length > 0) throw new BackupDamaged('it breaks off in mid-line');
}

/** The head and the end of a whole backup, after reading all of it. @throws {BackupDamaged} */
export async function verifyBackup(file: string): Promise<{ head: BackupHead; end: BackupEnd }> {
  const hash = createHash('sha256');
  let head: BackupHead | null = null;
  let end: BackupEnd | null = null;
  const counts = new Map<string, number>();
  let table = '';
  let blobs = 0;
  for await (const text of textLines(file)) {
    if (end !== null) throw new BackupDamaged('it goes on after its end');
    end = readEnd(text);
    if (end !== null) continue;
    hash.update(text).update('\n');
    if (head === null) {
      head = readHead(text);
      continue;
    }
    const line = readLine(text);
    if (line.kind === 'table') {
      table = line.table;
      counts.set(table, 0);
    } else if (line.kind === 'row') counts.set(table, (counts.get(table) ?? 0) + 1);
    else if (line.kind === 'blob') blobs += 1;
  }
  if (head === null || end === null) throw new BackupDamaged('its end is missing');
  if (end.sha256 !== hash.digest('hex')) throw new BackupDamaged('its checksum does not fit');
  const { rows } = end;
  if (blobs !== end.blobs || [...counts].some(([name, count]) => rows[name] !== count)) {
    throw new BackupDamaged('it does not hold as many rows as it says');
  }
  return { head, end };
}

/** What stands between head and end. */
export async function* readBackup(file: string): AsyncGenerator<BackupLine> {
  let first = true;
  for await (const text of textLines(file)) {
    if (!first && readEnd(text) === null) yield readLine(text);
    first = false;
  }
}
