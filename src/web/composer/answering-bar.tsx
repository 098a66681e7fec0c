import { CornerUpLeft, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { previewWords } from '../media/stand-in.ts';

/** A message the next reply answers. */
export interface Answered {
  id: string;
  author: string;
  text: string;
}

/** Which message the reply answers; Esc in the composer takes it away. */
export function AnsweringBar({ answered, onStop }: { answered: Answered; onStop(): void }): ReactNode {
  const t = useText();
  return (
    <div data-answering className="flex items-center gap-2 px-2 pt-2">
      <CornerUpLeft size={14} aria-hidden className="shrink-0 text-accent-text" />
      <p className="min-w-0 flex-1 truncate border-s-2 border-accent ps-2 text-xs">
        <span className="font-medium text-accent-text">{t('composer.answering', { author: answered.author })}</span>{' '}
        <bdi className="text-muted">{previewWords(answered.text, t) || t('list.noText')}</bdi>
      </p>
      <IconButton label={t('composer.stopAnswering')} keys="Esc" tipSide="top" tipAlign="end" onClick={onStop}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
