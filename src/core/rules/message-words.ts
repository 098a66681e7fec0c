import type { AttachmentKind, FileFacts } from '../model/attachment.ts';
import type { MessageExtras } from '../model/extras.ts';

const WORDS: Readonly<Record<AttachmentKind, string>> = {
  photo: 'photo',
  video: 'video',
  animation: 'GIF',
  voice: 'voice message',
  videoNote: 'video message',
  audio: 'audio',
  document: 'file',
  sticker: 'sticker',
};

/** What stands in texts for a file without words; `detail` is its name, title or emoji. The page translates what is in brackets. */
export function standInOf(kind: AttachmentKind, detail: string | null): string {
  return detail === null || detail === '' ? `[${WORDS[kind]}]` : `[${WORDS[kind]}] ${detail}`;
}

/** Kinds of which a name says something; that of a photo is a camera's. */
function wordsOf({ kind, fileName }: Pick<FileFacts, 'kind' | 'fileName'>): string {
  return standInOf(kind, kind === 'audio' || kind === 'document' ? fileName : null);
}

/** What stands in lists for files that go out without words. */
export function wordsForFiles(files: readonly Pick<FileFacts, 'kind' | 'fileName'>[]): string {
  const [first] = files;
  if (first === undefined) return '';
  return files.length === 1 ? wordsOf(first) : `${wordsOf(first)} +${files.length - 1}`;
}

/** Whether a customer's message stands in the chat as a message of its own: a press on a button and a vote do not. */
export function standsInChat(extras: MessageExtras | null): boolean {
  return extras?.content?.type !== 'button' && extras?.content?.type !== 'pollAnswer';
}
