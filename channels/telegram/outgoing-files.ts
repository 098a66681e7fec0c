import type { AttachmentKind, OutboundAttachment } from '../../src/core/model/attachment.ts';

/** Files one album may hold (core.telegram.org/bots/api#sendmediagroup). */
const MAX_ALBUM = 10;

/** Which kinds may stand in one album with each other; the others go alone. */
const ALBUM_OF: Readonly<Partial<Record<AttachmentKind, string>>> = {
  photo: 'pictures',
  video: 'pictures',
  audio: 'audio',
  document: 'documents',
};

/** Kinds that show no words below them. */
const SILENT: ReadonlySet<AttachmentKind> = new Set(['sticker', 'videoNote']);

/** What of a message goes in one call: albums of neighbours that fit together, everything else alone. Order is kept. */
export function groupFiles(files: readonly OutboundAttachment[]): OutboundAttachment[][] {
  const groups: OutboundAttachment[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    const album = ALBUM_OF[file.kind];
    const joins = album !== undefined && last?.[0] !== undefined && ALBUM_OF[last[0].kind] === album;
    if (joins && last.length < MAX_ALBUM) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

/** Whether the first file of a group can have words below it. */
export function takesCaption(group: readonly OutboundAttachment[]): boolean {
  const [first] = group;
  return first !== undefined && !SILENT.has(first.kind);
}
