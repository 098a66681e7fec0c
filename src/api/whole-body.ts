import type { IncomingMessage } from 'node:http';
import { BodyTooLarge } from '../core/errors.ts';
import { bodyOf } from './body-time.ts';

/**
 * A body as one piece, for as long as it is small enough: one that is announced larger is not read at all, one that turns out larger not
 * beyond that.
 * @param idleMs ended when nothing comes for so long
 * @throws {BodyTooLarge} also; anything else: the other side is gone
 */
export async function wholeBodyOf(raw: IncomingMessage, maxBytes: number, idleMs: number): Promise<Buffer> {
  if (Number(raw.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bodyOf(raw, idleMs)) {
    size += piece.byteLength;
    if (size > maxBytes) throw new BodyTooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}
