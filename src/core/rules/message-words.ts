import type { FileFacts } from '../model/attachment.ts';
import type { MessageExtras } from '../model/extras.ts';

function wordsOf({ kind, fileName }: Pick<FileFacts, 'kind' | 'fileName'>): string {
  switch (kind) {
    case 'photo':
      return '[photo]';
    case 'video':
      return '[video]';
    case 'animation':
      return '[GIF]';
    case 'voice':
      return '[voice message]';
    case 'videoNote':
      return '[video message]';
    case 'sticker':
      return '[sticker]';
    case 'audio':
      return fileName === null ? '[audio]' : `[audio] ${fileName}`;
    case 'document':
      return fileName === null ? '[file]' : `[file] ${fileName}`;
  }
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
