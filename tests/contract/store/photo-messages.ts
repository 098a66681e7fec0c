import type { InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import { customerMessage } from '../../kit/pipeline/memory-channel.ts';

let files = 0;

/** A photo nobody has sent before. */
export function photo(changes: Partial<InboundAttachment> = {}): InboundAttachment {
  files += 1;
  return {
    kind: 'photo',
    fileName: 'a.jpg',
    mime: 'image/jpeg',
    sizeBytes: 1_000,
    width: 640,
    height: 480,
    durationMs: null,
    uniqueRef: `unique-${files}`,
    remote: { fileId: `file-${files}` },
    ...changes,
  };
}

/** A file of an album, without words unless it has some. */
export function ofAlbum(chat: string, album: string, words?: string): InboundMessage {
  return customerMessage(chat, words ?? '[photo]', {
    albumKey: `album:${chat}:${album}`,
    attachments: [photo()],
    ...(words === undefined ? { extras: { standIn: 'file' } } : {}),
  });
}
