import { CircleX, FileText, RotateCw, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { FailureWords } from '../components/failure-words.tsx';
import { useText } from '../i18n/text.ts';
import { bytesWords } from '../media/measures.ts';
import { refusalWords } from './refusal-words.ts';
import type { Upload } from './uploads.ts';

/** The files that go out with what is written: how far each is, why one is not taken, and the way to remove it. */
export function UploadTray(props: {
  uploads: readonly Upload[];
  channel: string;
  onRemove(id: string): void;
  onRetry(id: string): void;
}): ReactNode {
  const t = useText();
  if (props.uploads.length === 0) return null;
  return (
    <ul aria-label={t('upload.list')} className="flex max-h-48 flex-wrap gap-1.5 overflow-y-auto px-2 pt-2">
      {props.uploads.map((one) => (
        <Entry key={one.id} one={one} {...props} />
      ))}
    </ul>
  );
}

function Entry(props: {
  one: Upload;
  channel: string;
  onRemove(id: string): void;
  onRetry(id: string): void;
}): ReactNode {
  const { one } = props;
  const t = useText();
  const { state } = one;
  const wrong = state.is === 'refused' || state.is === 'failed';
  return (
    <li
      data-upload={state.is}
      className={classNames(
        'relative flex max-w-full items-center gap-2 overflow-hidden rounded-md border py-1 ps-1 pe-0.5',
        wrong ? 'w-full border-bad-text bg-bad-soft' : 'w-60 border-line bg-surface',
      )}
    >
      <span className="flex size-10 shrink-0 items-center justify-center overflow-hidden rounded-sm bg-sunken text-muted">
        {one.thumbnail !== null ? (
          <img src={one.thumbnail} alt="" className="size-full object-cover" />
        ) : wrong ? (
          <CircleX size={16} aria-hidden className="text-bad-text" />
        ) : (
          <FileText size={16} aria-hidden />
        )}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi title={one.name} className="truncate text-xs font-medium">
          {one.name}
        </bdi>
        <span className={classNames('text-2xs', wrong ? 'text-bad-text' : 'truncate text-muted')}>
          <Status one={one} channel={props.channel} />
        </span>
      </span>
      {state.is === 'failed' && (
        <IconButton label={t('upload.retry')} tipSide="top" onClick={() => props.onRetry(one.id)}>
          <RotateCw size={14} aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={t(state.is === 'sending' ? 'upload.cancel' : 'upload.remove', { name: one.name })}
        tipSide="top"
        tipAlign="end"
        onClick={() => props.onRemove(one.id)}
      >
        <X size={14} aria-hidden />
      </IconButton>
      {state.is === 'sending' && (
        <span
          role="progressbar"
          aria-label={t('upload.progress', { name: one.name })}
          aria-valuenow={Math.round(state.share * 100)}
          className="absolute inset-x-0 bottom-0 h-0.5 bg-sunken"
        >
          <span className="block h-full bg-accent" style={{ width: `${Math.round(state.share * 100)}%` }} />
        </span>
      )}
    </li>
  );
}

function Status({ one, channel }: { one: Upload; channel: string }): ReactNode {
  const t = useText();
  const { state } = one;
  switch (state.is) {
    case 'sending':
      return t('upload.sending', { percent: Math.round(state.share * 100) });
    case 'there':
      return `${t(`kind.${state.attachment.kind}`)} · ${bytesWords(one.sizeBytes, document.documentElement.lang)}`;
    case 'refused':
      return refusalWords(state.why, channel, t);
    case 'failed':
      return <FailureWords failure={state.failure} />;
  }
}
