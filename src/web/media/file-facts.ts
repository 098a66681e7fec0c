import type { Attachment } from '../api/model.ts';
import type { Text } from '../i18n/text.ts';

/** Whose files they are, for those who hear the page and for asking again. */
export interface FileOwner {
  /** Who sent them, as the thread names them. */
  sender: string;
  /** What a sticker stands for, as the platform says. */
  emoji: string | null;
  /** Nothing can be asked for. */
  readOnly: boolean;
  /** Has a file fetched that was refused or failed. False: it could not be asked for. */
  onFetch(attachmentId: string): Promise<boolean>;
}

/** What is drawn as a picture: with room kept before it is there, and several in a grid. */
export function isVisual({ kind }: Pick<Attachment, 'kind'>): boolean {
  return kind === 'photo' || kind === 'video' || kind === 'animation';
}

/** Whether a file is a picture the page can show: it is here, and there is a preview of it. */
export function isPicture(file: Attachment): boolean {
  const image = file.kind === 'photo' || (file.mime?.startsWith('image/') === true && file.kind !== 'sticker');
  return image && file.state === 'stored' && file.preview !== null;
}

/** What a file is for those who cannot see it: its kind, whose, and its name where it has one. */
export function pictureWords(file: Attachment, sender: string, t: Text): string {
  const kind = t(`kind.${file.kind}`);
  const whose = t('media.from', { kind, sender });
  return file.fileName === null ? whose : `${whose}: ${file.fileName}`;
}
