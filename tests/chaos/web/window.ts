import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readStream } from '../../../channels/web/simulator/stream-reader.ts';

const shown = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    seq: z.number(),
    mine: z.boolean(),
    text: z.string(),
    clientId: z.string().optional(),
    files: z.array(z.object({ sizeBytes: z.number() })),
    buttons: z.array(z.array(z.object({ label: z.string() }))).default([]),
  }),
  z.object({ kind: z.literal('edit'), seq: z.number(), target: z.number(), text: z.string() }),
  z.object({ kind: z.literal('delete'), seq: z.number(), target: z.number() }),
]);

/** An entry of a place as its page gets it. */
export type ShownEntry = z.infer<typeof shown>;

/** Somebody's open page: its stream, which is cut now and then and goes on where it was. */
export interface Window {
  /** All that came, in the order in which it came; what came twice stands there twice. */
  readonly came: readonly ShownEntry[];
  /** How often the stream was opened. */
  opened(): number;
  close(): Promise<void>;
}

/** Shortest and longest life of one stream, ms. */
const CUT_MS = { least: 200, most: 2_500 };
const RETRY_MS = 50;

/**
 * @param chat address of the chat, with a slash at its end
 * @param session of the visitor, asked for again until there is one
 * @param onEntry told of each entry as it comes
 */
export function openWindow(
  chat: string,
  session: () => Promise<string>,
  random: () => number,
  onEntry: (entry: ShownEntry) => void = () => undefined,
): Window {
  const came: ShownEntry[] = [];
  const closing = new AbortController();
  let opened = 0;
  let last = 0;

  async function once(): Promise<void> {
    const headers = { authorization: `Bearer ${await session()}`, 'last-event-id': String(last) };
    const life = new AbortController();
    const end = (): void => life.abort();
    const cut = setTimeout(end, CUT_MS.least + random() * (CUT_MS.most - CUT_MS.least));
    closing.signal.addEventListener('abort', end, { once: true });
    try {
      const response = await fetch(new URL('events', chat), { headers, signal: life.signal });
      if (!response.ok || response.body === null) throw new Error(`no stream: ${response.status}`);
      opened += 1;
      await readStream(response.body, (event, data) => {
        if (event !== 'entry') return;
        const entry = shown.parse(data);
        came.push(entry);
        last = Math.max(last, entry.seq);
        onEntry(entry);
      });
    } finally {
      clearTimeout(cut);
      closing.signal.removeEventListener('abort', end);
    }
  }

  const running = (async () => {
    while (!closing.signal.aborted) {
      // Cut, refused, or nobody there: the page opens it again.
      await once().catch((error: unknown) => {
        if (error instanceof z.ZodError || error instanceof SyntaxError) throw error;
      });
      await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();
  // A stream that says what no page understands is told at the end.
  running.catch(() => undefined);
  return {
    came,
    opened: () => opened,
    async close() {
      closing.abort();
      await running;
    },
  };
}
