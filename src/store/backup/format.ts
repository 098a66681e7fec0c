import { ParleyError } from '../../core/errors.ts';

/**
 * A backup is one gzip of lines of JSON: a head, the rows of each table after a line that names it, the blobs, an end with
 * counts and a SHA-256 over every line before it. A cell is the database's own text of the value, or null: exact for every
 * type, microseconds and bytea included. Blobs and raw payloads are in it as they lie on disk: sealed.
 */
export const FORMAT = 1;

/** One column, and the type its text is read as. */
export interface BackupColumn {
  name: string;
  type: string;
}

/** One table as the backup holds it. */
export interface BackupTable {
  name: string;
  columns: readonly BackupColumn[];
}

/** The first line. */
export interface BackupHead {
  parleyBackup: number;
  schemaVersion: number;
  release: string;
  takenAtMs: number;
  tables: readonly BackupTable[];
}

/** The last line. */
export interface BackupEnd {
  end: true;
  rows: Readonly<Record<string, number>>;
  blobs: number;
  sha256: string;
}

/** A line between head and end. */
export type BackupLine =
  | { kind: 'table'; table: string }
  | { kind: 'row'; cells: readonly (string | null)[] }
  | { kind: 'blob'; blob: string; sizeBytes: number }
  | { kind: 'chunk'; data: Buffer };

/** The file is no backup, or not a whole one. Nothing was changed. */
export class BackupDamaged extends ParleyError {
  constructor(what: string, cause?: unknown) {
    super('backup_damaged', `this is not a whole backup: ${what}`, {
      mend: 'use another copy; the store was not touched',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** A restore that would overwrite or mix. Nothing was changed. */
export class RestoreRefused extends ParleyError {}

/** Writes a line between head and end. */
export function writeLine(line: BackupLine): string {
  if (line.kind === 'row') return JSON.stringify(line.cells);
  if (line.kind === 'chunk') return JSON.stringify(line.data.toString('base64'));
  if (line.kind === 'table') return JSON.stringify({ table: line.table });
  return JSON.stringify({ blob: line.blob, size: line.sizeBytes });
}

function isCell(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Reads a line between head and end. @throws {BackupDamaged} */
export function readLine(text: string): BackupLine {
  const value = parse(text);
  if (Array.isArray(value)) {
    if (value.every(isCell)) return { kind: 'row', cells: value };
  } else if (typeof value === 'string') {
    return { kind: 'chunk', data: Buffer.from(value, 'base64') };
  } else if (typeof value === 'object' && value !== null) {
    if ('table' in value && typeof value.table === 'string') return { kind: 'table', table: value.table };
    if ('blob' in value && typeof value.blob === 'string' && 'size' in value && typeof value.size === 'number') {
      return { kind: 'blob', blob: value.blob, sizeBytes: value.size };
    }
  }
  throw new BackupDamaged('it holds a line of no known kind');
}

/** @throws {BackupDamaged} also for a format of a later release */
export function readHead(text: string): BackupHead {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !('parleyBackup' in value))
    throw new BackupDamaged('it has no head');
  if (value.parleyBackup !== FORMAT) throw new BackupDamaged('its format is of another release');
  return value as BackupHead;
}

/** The end, or null when the line is another one. */
export function readEnd(text: string): BackupEnd | null {
  if (!text.startsWith('{"end":true')) return null;
  return parse(text) as BackupEnd;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BackupDamaged('it holds a line that is no JSON', error);
  }
}
