import { CloudOff, FileClock, FileX2, ShieldOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Attachment } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { type Text, useText } from '../i18n/text.ts';
import { boxOf, LARGEST_STICKER } from './boxes.ts';
import type { FileOwner } from './file-facts.ts';
import { bytesWords } from './measures.ts';

const REASONS = ['too_large', 'blocked', 'flood', 'noise', 'expired'] as const;
const VISUAL: readonly Attachment['kind'][] = ['photo', 'video', 'animation', 'videoNote', 'sticker'];

/** Why a file is not here, in the agent's language; what only the server knows how to say, as it says it. */
function reasonOf({ reason }: Attachment, t: Text): { words: string; english: boolean } | null {
  if (reason === null) return null;
  const known = REASONS.find((one) => one === reason);
  return known === undefined ? { words: reason, english: true } : { words: t(`media.why.${known}`), english: false };
}

function stateWords({ state }: Attachment, t: Text): string {
  switch (state) {
    case 'refused':
      return t('media.refused');
    case 'gone':
      return t('media.gone');
    case 'failed':
      return t('media.failed');
    case 'erased':
      return t('media.erased');
    case 'waiting':
    case 'stored':
      return t('media.waiting');
  }
}

/** A file that is not here: on its way at the size it will have, or why it does not come and what can be done. */
export function AbsentFile(props: { file: Attachment; owner: FileOwner; square?: boolean }): ReactNode {
  const { file, owner, square = false } = props;
  return file.state === 'waiting' ? (
    <Waiting file={file} square={square} />
  ) : (
    <Missing file={file} owner={owner} square={square} />
  );
}

function Waiting({ file, square }: { file: Attachment; square: boolean }): ReactNode {
  const t = useText();
  const visual = VISUAL.includes(file.kind);
  const { width, height } = boxOf(file, file.kind === 'sticker' ? LARGEST_STICKER : undefined);
  const words = `${file.fileName ?? t(`kind.${file.kind}`)} · ${t('media.waiting')}`;
  return (
    <div
      role="img"
      aria-label={words}
      className={classNames(
        'flex max-w-full flex-col items-center justify-center gap-1.5 overflow-hidden rounded-md border border-line bg-surface p-2 text-center text-xs text-muted',
        square && 'aspect-square w-full',
        !square && !visual && 'h-13 w-72',
      )}
      style={square || !visual ? undefined : { width, aspectRatio: `${width} / ${height}` }}
    >
      <FileClock size={16} aria-hidden />
      <span aria-hidden>{t('media.waiting')}</span>
    </div>
  );
}

function Missing({ file, owner, square }: { file: Attachment; owner: FileOwner; square: boolean }): ReactNode {
  const t = useText();
  const [asked, setAsked] = useState(false);
  const language = document.documentElement.lang;
  const why = reasonOf(file, t);
  const able = (file.state === 'refused' || file.state === 'failed') && !owner.readOnly;
  // What the platform itself does not hand out stays where it is, however often it is asked for.
  const hopeless = file.reason === 'expired';
  const Icon = file.state === 'refused' ? ShieldOff : file.state === 'failed' ? CloudOff : FileX2;
  const name = file.fileName ?? t(`kind.${file.kind}`);
  const size = file.sizeBytes === null ? '' : ` · ${bytesWords(file.sizeBytes, language)}`;
  return (
    <div
      className={classNames(
        'flex max-w-full flex-col gap-1 rounded-md border border-line bg-surface p-2 text-xs',
        square ? 'aspect-square w-full overflow-auto' : 'w-72',
      )}
    >
      <p className="flex min-w-0 items-center gap-1.5">
        <Icon size={14} aria-hidden className="shrink-0 text-muted" />
        <bdi className="min-w-0 truncate font-medium">{name}</bdi>
        <span className="shrink-0 text-muted">{size}</span>
      </p>
      <p className="text-muted">
        {stateWords(file, t)}
        {why !== null && (
          <>
            {' · '}
            <span lang={why.english ? 'en' : undefined}>{why.words}</span>
          </>
        )}
      </p>
      {able && !hopeless && (
        <Button
          size="s"
          disabled={asked}
          className="self-start"
          onClick={() => {
            setAsked(true);
            void owner.onFetch(file.id).then(setAsked);
          }}
        >
          {file.state === 'refused' ? t('media.fetchAnyway') : t('media.fetchAgain')}
        </Button>
      )}
    </div>
  );
}
