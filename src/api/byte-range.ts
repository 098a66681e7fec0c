/** What of a file is asked for: all of it, from `start` up to but without `end`, or nothing that is there. */
export type AskedRange = { kind: 'whole' } | { kind: 'part'; start: number; end: number } | { kind: 'unsatisfiable' };

const ONE = /^bytes=(\d{0,15})-(\d{0,15})$/u;

/**
 * Reads a Range header (RFC 9110, 14.2). One range is served; several, another unit or nonsense are answered with the whole file,
 * as the RFC allows.
 */
export function askedRange(header: string | undefined, sizeBytes: number): AskedRange {
  const found = ONE.exec((header ?? '').trim());
  if (found === null) return { kind: 'whole' };
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') {
    const wanted = Math.min(Number(last), sizeBytes);
    return wanted === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: sizeBytes - wanted, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
