import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type KeyRing, type SealedPlace, STREAM_FORMAT } from './crypto.ts';
import { SealError } from './errors.ts';

/**
 * Files sealed piece by piece, so that a large one is never whole in memory, can be read from the middle and, while it is being
 * written, goes on after a crash. A head (format, key version, 32 bytes of salt), then pieces of 64 KiB, each AES-256-GCM under a
 * key of the file's own. The nonce is the piece's number and whether it is the last: no piece can be moved, left out or cut off
 * (the STREAM construction, Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 */
export const PIECE_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SALT_BYTES = 32;
export const STREAM_HEAD_BYTES = 2 + SALT_BYTES;
/** A sealed piece on disk; the last may be shorter. */
const SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES;

function nonceOf(piece: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(piece, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Seals the pieces of one file. */
export interface PieceSealer {
  readonly head: Buffer;
  seal(plain: Uint8Array, piece: number, last: boolean): Buffer;
}

/** Begins a file, or with its `head` goes on with one. @throws {SealError} when its key is not configured */
export function createSealer(keys: KeyRing, place: SealedPlace, head?: Buffer): PieceSealer {
  const made = head ?? Buffer.concat([Buffer.from([STREAM_FORMAT, keys.currentVersion]), randomBytes(SALT_BYTES)]);
  const key = keyOf(keys, place, made);
  return {
    head: made,
    seal(plain, piece, last) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(piece, last), { authTagLength: TAG_BYTES });
      cipher.setAAD(made);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
  };
}

function keyOf(keys: KeyRing, place: SealedPlace, head: Buffer): Buffer {
  if (head.length !== STREAM_HEAD_BYTES || head[0] !== STREAM_FORMAT || head[1] === undefined) {
    throw new SealError(`the file of row ${place.row} does not begin like a sealed one`);
  }
  return keys.subkey(head[1], head.subarray(2), place);
}

/** Size of the content of a whole sealed file, from its size on disk. */
export function plainSize(sealedBytes: number): number {
  const body = Math.max(0, sealedBytes - STREAM_HEAD_BYTES);
  const pieces = Math.max(1, Math.ceil(body / SEALED_PIECE_BYTES));
  return Math.max(0, body - pieces * TAG_BYTES);
}

/** Whole pieces that stand in a file that is still being written; what follows them is half a piece. */
export function wholePieces(sealedBytes: number): number {
  return Math.max(0, Math.floor((sealedBytes - STREAM_HEAD_BYTES) / SEALED_PIECE_BYTES));
}

/** Where a piece begins on disk. */
export function pieceAt(piece: number): number {
  return STREAM_HEAD_BYTES + piece * SEALED_PIECE_BYTES;
}

async function readExactly(handle: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let got = 0;
  while (got < bytes) {
    const { bytesRead } = await handle.read(buffer, got, bytes - got, at + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return buffer.subarray(0, got);
}

/** What to read of a file: from `start` up to but without `end`; `unfinished`: it has no last piece yet. */
export interface StreamRange {
  start?: number;
  end?: number;
  unfinished?: boolean;
}

/**
 * Opens a sealed file piece by piece. @throws {SealError} at the first piece that was changed, moved or cut off: what came before
 * it is true.
 */
export async function* openStream(
  handle: FileHandle,
  keys: KeyRing,
  place: SealedPlace,
  range: StreamRange = {},
): AsyncGenerator<Buffer> {
  const head = await readExactly(handle, 0, STREAM_HEAD_BYTES);
  const key = keyOf(keys, place, head);
  const { size } = await handle.stat();
  const pieces =
    range.unfinished === true ? wholePieces(size) : Math.ceil((size - STREAM_HEAD_BYTES) / SEALED_PIECE_BYTES);
  const start = range.start ?? 0;
  const end = range.end ?? Number.POSITIVE_INFINITY;
  if (range.unfinished !== true && pieces === 0) throw new SealError(`the file of row ${place.row} was cut off`);
  for (let piece = Math.floor(start / PIECE_BYTES); piece < pieces && piece * PIECE_BYTES < end; piece += 1) {
    const last = range.unfinished !== true && piece === pieces - 1;
    const sealed = await readExactly(handle, pieceAt(piece), SEALED_PIECE_BYTES);
    const plain = openPiece(key, head, sealed, nonceOf(piece, last), place);
    const from = Math.max(0, start - piece * PIECE_BYTES);
    const to = Math.min(plain.length, end - piece * PIECE_BYTES);
    if (to > from) yield plain.subarray(from, to);
  }
}

function openPiece(key: Buffer, head: Buffer, sealed: Buffer, nonce: Buffer, place: SealedPlace): Buffer {
  const body = sealed.subarray(0, Math.max(0, sealed.length - TAG_BYTES));
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(head);
    decipher.setAuthTag(sealed.subarray(body.length));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw new SealError(
      `the file of ${place.table}.${place.column} in row ${place.row} does not open: it was changed, cut off, or the master key is another one`,
    );
  }
}
