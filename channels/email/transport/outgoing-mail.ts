import { Readable } from 'node:stream';
import { crashPoint } from '../../../src/core/crash-point.ts';

/** A mail as it goes over the wire: its bytes, or how to open them anew for each try. */
export type RawMail = Buffer | { sizeBytes: number; open(): AsyncIterable<Uint8Array> };

/** Length of a mail, bytes. */
export function sizeOf(raw: RawMail): number {
  return Buffer.isBuffer(raw) ? raw.byteLength : raw.sizeBytes;
}

/** Pieces of a mail held in memory: so small that a cut in the middle of it is seen as such. */
const PIECE_BYTES = 16_384;

/**
 * The mail as the SMTP client reads it, which tells how far it got. The client writes the dot that ends the mail only after
 * this stream has ended; so as long as `ended` is false, no server in the world can have taken the mail.
 */
export class OutgoingMail extends Readable {
  /** The server asked for the mail (354) and we began. */
  begun = false;
  /** All of it was read; the dot behind it may have been written. */
  ended = false;
  readonly #pieces: AsyncIterator<Uint8Array>;

  constructor(raw: RawMail) {
    super({ highWaterMark: PIECE_BYTES });
    this.#pieces = (Buffer.isBuffer(raw) ? piecesOf(raw) : raw.open())[Symbol.asyncIterator]();
    // First of all listeners, so before the client's, which answers the end with the dot.
    this.once('end', () => {
      this.ended = true;
      // The dot is written in the next turn, and the answer is a way off.
      setImmediate(() => crashPoint('send.mid-call'));
    });
  }

  override _read(): void {
    this.begun = true;
    this.#pieces.next().then(
      ({ done, value }) => {
        if (done !== true) this.push(value);
        // One turn later, so that a connection that has broken already is noticed before the end is written.
        else setImmediate(() => this.push(null));
      },
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const closing = this.#pieces.return?.();
    if (closing === undefined) return callback(error);
    closing.then(
      () => callback(error),
      () => callback(error),
    );
  }
}

async function* piecesOf(raw: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < raw.byteLength; at += PIECE_BYTES) yield raw.subarray(at, at + PIECE_BYTES);
}
