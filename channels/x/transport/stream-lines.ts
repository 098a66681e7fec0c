const LINE_END = 0x0a;
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** A line of a stream is longer than any activity of X. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** Cuts a stream into its lines. */
export interface Lines {
  /** The lines that are whole now, without those that are empty: these only say that the connection lives. @throws {LineTooLong} */
  push(chunk: Buffer): string[];
}

/** Bytes are joined before they are read as text: a character may lie in two chunks. */
export function createLines(): Lines {
  let rest: Buffer[] = [];
  let restBytes = 0;
  return {
    push(chunk) {
      const lines: string[] = [];
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, end)])
          .toString('utf8')
          .trim();
        rest = [];
        restBytes = 0;
        from = end + 1;
        if (line !== '') lines.push(line);
      }
      if (from < chunk.length) {
        rest.push(Buffer.from(chunk.subarray(from)));
        restBytes += chunk.length - from;
        if (restBytes > MAX_LINE_BYTES) throw new LineTooLong(`a line of over ${MAX_LINE_BYTES} bytes`);
      }
      return lines;
    },
  };
}
