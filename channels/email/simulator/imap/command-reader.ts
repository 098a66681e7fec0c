import type { Piece } from './tokens.ts';

/** A line longer than this is an attack, or no IMAP. */
const MAX_LINE_BYTES = 100_000;
const MAX_LITERAL_BYTES = 100_000_000;

export interface CommandReader {
  /** Takes what came from the socket. */
  push(chunk: Buffer): void;
}

/**
 * Puts commands together from what comes in any pieces, literals included (`{5}`, and `{5+}` of LITERAL+).
 * @param events.onLiteral called when the client waits for leave to send its literal
 */
export function createCommandReader(events: {
  onCommand(pieces: Piece[]): void;
  onLiteral(): void;
  onTooLong(): void;
}): CommandReader {
  let rest = Buffer.alloc(0);
  let pieces: Piece[] = [];
  let literalBytes: number | null = null;

  const step = (): boolean => {
    if (literalBytes !== null) {
      if (rest.byteLength < literalBytes) return false;
      pieces.push(Buffer.from(rest.subarray(0, literalBytes)));
      rest = rest.subarray(literalBytes);
      literalBytes = null;
      return true;
    }
    const end = rest.indexOf('\n');
    if (end < 0) {
      if (rest.byteLength > MAX_LINE_BYTES) events.onTooLong();
      return false;
    }
    const line = rest.subarray(0, end).toString('latin1').replace(/\r$/u, '');
    rest = rest.subarray(end + 1);
    const literal = /\{(\d+)(\+?)\}$/u.exec(line);
    if (literal !== null) {
      pieces.push(line.slice(0, literal.index));
      literalBytes = Number(literal[1]);
      if (literalBytes > MAX_LITERAL_BYTES) events.onTooLong();
      else if (literal[2] === '') events.onLiteral();
      return true;
    }
    pieces.push(line);
    const whole = pieces;
    pieces = [];
    events.onCommand(whole);
    return true;
  };

  // Pieces of a long literal are put together once, when all are there.
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  return {
    push(chunk) {
      waiting.push(chunk);
      waitingBytes += chunk.byteLength;
      if (literalBytes !== null && waitingBytes + rest.byteLength < literalBytes) return;
      rest = Buffer.concat([rest, ...waiting]);
      waiting = [];
      waitingBytes = 0;
      while (step());
    },
  };
}
