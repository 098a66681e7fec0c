import { createHash } from 'node:crypto';
import { seededRandom } from '../../shared/seeded-random.ts';

/** The bytes of a file, read in pieces so that a large one is never held as a whole. */
export interface FileContent {
  readonly sizeBytes: number;
  /** Bytes from `start` up to `end`, without `end`. */
  read(start: number, end: number): Buffer;
}

/** A prime, so that the pattern's repetitions do not fall together with the sizes of anybody's buffers. */
const PATTERN_BYTES = 65_521;
const READ_BYTES = 65_536;

/** What files of these types begin with, so that those who look inside find what the name promises. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'ffd8ffe000104a46494600010100000100010000',
  'image/png': '89504e470d0a1a0a0000000d49484452',
  'image/webp': '52494646ffff000057454250',
  'application/pdf': '255044462d312e370a',
  'video/mp4': '00000018667479706d703432000000006d70343269736f6d',
  'video/webm': '1a45dfa39f4286810142f7810142f2810442f381084282847765626d',
  'audio/mpeg': '49443303000000000000',
  'audio/ogg': '4f676753000200000000000000000000000000000000000000000113',
};

/** Content that is there. */
export function contentOfBytes(bytes: Uint8Array): FileContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { sizeBytes: buffer.length, read: (start, end) => buffer.subarray(start, end) };
}

/** Content made up as it is read: always the same for one size, seed and type. */
export function madeUpContent(sizeBytes: number, seed: number, mime: string): FileContent {
  const beginning = Buffer.from(BEGINNINGS[mime] ?? '', 'hex');
  let pattern: Buffer | null = null;
  const made = (): Buffer => {
    const random = seededRandom(seed + 1);
    return Buffer.from(Array.from({ length: PATTERN_BYTES }, () => Math.floor(random() * 256)));
  };
  return {
    sizeBytes,
    read(start, end) {
      pattern ??= made();
      const piece = Buffer.alloc(Math.max(0, Math.min(end, sizeBytes) - start));
      let at = start;
      while (at < start + piece.length) {
        const block = Math.floor(at / PATTERN_BYTES);
        pattern.copy(piece, at - start, at - block * PATTERN_BYTES);
        // Each repetition has a number of its own in front, else a piece in the wrong place would not be noticed.
        overlay(piece, start, block * PATTERN_BYTES, Buffer.from(`#${block}#`));
        at = (block + 1) * PATTERN_BYTES;
      }
      overlay(piece, start, 0, beginning);
      return piece;
    },
  };
}

/** Writes `bytes`, whose place in the file is `at`, as far as they fall into the piece that begins at `start`. */
function overlay(piece: Buffer, start: number, at: number, bytes: Buffer): void {
  const from = Math.max(0, start - at);
  if (from < bytes.length && at + from < start + piece.length) bytes.copy(piece, at + from - start, from);
}

/** SHA-256 of the whole, in hex. */
export function digestOf(content: FileContent): string {
  const hash = createHash('sha256');
  for (let at = 0; at < content.sizeBytes; at += READ_BYTES) hash.update(content.read(at, at + READ_BYTES));
  return hash.digest('hex');
}
