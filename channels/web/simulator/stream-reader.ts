/** Reads a stream of server-sent events (WHATWG) until it ends, as far as we write them: one line of data each. */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  take: (event: string, data: unknown) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const data = fields.get('data');
      if (data !== undefined) take(fields.get('event') ?? 'message', JSON.parse(data));
    }
  }
}
