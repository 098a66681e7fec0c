import { Sticker as StickerIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Attachment } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { contentAddress, previewAddress } from './addresses.ts';
import { boxOf, LARGEST_STICKER } from './boxes.ts';
import { pictureWords } from './file-facts.ts';

/** A sticker: its picture, its film, or where the browser can show neither, that it is one. */
export function Sticker(props: { file: Attachment; sender: string; emoji: string | null }): ReactNode {
  const { file, sender, emoji } = props;
  const t = useText();
  const whose = pictureWords(file, sender, t);
  const words = emoji === null ? whose : `${whose}: ${emoji}`;
  const { width, height } = boxOf(file, LARGEST_STICKER);
  if (file.preview !== null) {
    return (
      <img
        src={previewAddress(file.id)}
        alt={words}
        loading="lazy"
        decoding="async"
        className="max-w-full object-contain"
        style={{ width, aspectRatio: `${width} / ${height}` }}
      />
    );
  }
  if (file.mime === 'video/webm') {
    return (
      <video
        controls
        playsInline
        loop
        muted
        preload="metadata"
        src={contentAddress(file.id)}
        aria-label={words}
        className="max-w-full"
        style={{ width, aspectRatio: `${width} / ${height}` }}
      />
    );
  }
  return (
    <span className="inline-flex items-center gap-2 py-1 text-muted">
      <StickerIcon size={28} aria-hidden />
      {emoji !== null && <span className="text-xl text-text">{emoji}</span>}
      <span className="text-xs">{t('media.animatedSticker')}</span>
    </span>
  );
}
