import { setTimeout as sleep } from 'node:timers/promises';
import type { Content } from './contents.ts';
import type { WriteOptions, Written } from './writing.ts';

export interface AlbumOptions extends WriteOptions {
  /** Time between the messages, milliseconds: they come in one batch with 0 (the default), in several with more. */
  gapMs?: number;
}

let lastGroup = 0;

/** Sends each of these as a message of its own, all with one `media_group_id`. The caption goes on one of them. */
export async function sendAlbum(
  items: readonly Content[],
  { gapMs = 0, ...options }: AlbumOptions,
  sendOne: (item: Content, options: WriteOptions) => Written,
): Promise<Written[]> {
  lastGroup += 1;
  const mediaGroupId = options.mediaGroupId ?? `137${String(lastGroup).padStart(14, '0')}`;
  const written: Written[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && gapMs > 0) await sleep(gapMs);
    written.push(sendOne(item, { ...options, mediaGroupId }));
  }
  return written;
}
