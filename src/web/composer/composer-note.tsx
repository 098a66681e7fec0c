import type { ReactNode } from 'react';
import type { ChannelAbilities } from '../channels/abilities.ts';
import { Keys } from '../components/keys.tsx';
import { useText } from '../i18n/text.ts';
import { type LengthNote, lengthIn } from './length.ts';
import { sendKeys } from './send-key.ts';
import type { Upload } from './uploads.ts';

/** The one line below what is written: what stands in the way of sending, what sending will do, or the key that sends. */
export function ComposerNote(props: {
  length: LengthNote | null;
  uploads: readonly Upload[];
  text: string;
  abilities: ChannelAbilities | null;
  enterSends: boolean;
}): ReactNode {
  const { length, uploads, text, abilities, enterSends } = props;
  const t = useText();
  if (uploads.some(({ state }) => state.is === 'refused' || state.is === 'failed')) {
    return <span className="text-bad-text">{t('upload.blocked')}</span>;
  }
  if (uploads.some(({ state }) => state.is === 'sending')) return t('upload.wait');
  const most = abilities?.media?.captionLength ?? 0;
  if (uploads.length > 0 && abilities !== null && lengthIn(abilities.text.unit, text) > most && length === null) {
    return <span className="text-warn-text">{t('upload.captionTooLong', { most })}</span>;
  }
  if (length === null) {
    return (
      <span className="hidden items-center gap-1 @md/thread:inline-flex">
        <Keys keys={sendKeys(enterSends)} /> {t('composer.toSend')}
      </span>
    );
  }
  return (
    <span className={length.tooLong ? 'text-bad-text' : length.parts > 1 ? 'text-warn-text' : undefined}>
      <span className="tabular-nums">{t('composer.length', { used: length.used, max: length.max })}</span>
      {length.tooLong && ` · ${t('composer.tooLong')}`}
      {length.parts > 1 && ` · ${t('composer.split', { count: length.parts })}`}
    </span>
  );
}
