import { type Content, contentFields } from './contents.ts';
import type { FileSpec } from './file-kinds.ts';
import { type FileStore, fileFields, type StoredFile } from './file-store.ts';

/** Content as a message has it, and the file that matters in it: of a photo the largest size. */
export interface MadeContent {
  fields: Record<string, unknown>;
  file: StoredFile | null;
}

/** Fields that belong to one message and do not go along when its file is sent on. */
const OF_ONE_MESSAGE = new Set(['caption', 'caption_entities', 'show_caption_above_media', 'has_media_spoiler']);

/** Makes the content's fields, and takes its files in for this bot. */
export function makeContent(files: FileStore, botId: number, content: Content): MadeContent {
  const taken: StoredFile[] = [];
  const fields = contentFields(content, (spec: FileSpec, kind) => {
    const file = files.take(botId, spec, kind);
    taken.push(file);
    return fileFields(file);
  });
  if (taken.length === 0) return { fields, file: null };
  const lasting = Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_ONE_MESSAGE.has(name)));
  for (const file of taken) file.fields = lasting;
  return { fields, file: taken.findLast((file) => file.kind === content.kind) ?? null };
}
