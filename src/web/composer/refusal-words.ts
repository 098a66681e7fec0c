import type { Text } from '../i18n/text.ts';
import { bytesWords } from '../media/measures.ts';
import type { FileRefusal } from './file-check.ts';

/** Why a file is not taken, and what can be done, as a sentence. */
export function refusalWords(why: FileRefusal, channel: string, t: Text): string {
  switch (why.code) {
    case 'no_files':
      return t('upload.noFiles', { channel });
    case 'too_large':
      return t('upload.tooLarge', { channel, limit: bytesWords(why.limitBytes, document.documentElement.lang) });
    case 'too_many':
      return t('upload.tooMany', { count: why.most });
    case 'empty':
      return t('upload.empty');
  }
}
