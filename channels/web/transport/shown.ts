import type { PlaceEntry } from '../../../src/core/ports/place-log.ts';
import { readEntry } from '../part.ts';

/** Types a browser may show inside the page; everything else is downloaded. */
export const SHOWN_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** What the page gets of an entry: no ids of ours but positions, no names of blobs; of buttons their labels and links. */
export function shownEntry(entry: PlaceEntry): object | null {
  const content = readEntry(entry.payload);
  const { seq, atMs } = entry;
  if (content === null) return null;
  if (content.kind === 'edit') return { seq, kind: 'edit', target: content.target, text: content.text };
  if (content.kind === 'delete') return { seq, kind: 'delete', target: content.target };
  const files = (content.files ?? []).map(({ name, mime, sizeBytes }) => ({
    name,
    sizeBytes,
    picture: mime !== null && SHOWN_TYPES.has(mime),
  }));
  if (content.kind === 'theirs') {
    const clientId = content.id.slice(content.id.lastIndexOf('/') + 1);
    return { seq, kind: 'message', mine: true, clientId, atMs, text: content.text, files };
  }
  const buttons = (content.buttons ?? []).map((row) =>
    row.map((button) => ('url' in button ? button : { label: button.label })),
  );
  return { seq, kind: 'message', mine: false, atMs, text: content.text, files, buttons };
}

/** One event of a stream (WHATWG, server-sent events). */
export function streamEvent(name: string, data: object, id?: number): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
