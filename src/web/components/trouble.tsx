import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { useText } from '../i18n/text.ts';
import { Blank } from './blank.tsx';
import { Button } from './button.tsx';
import { FailureWords } from './failure-words.tsx';

/** What a pane shows whose content could not be fetched: what happened, the request's id, and a way on. */
export function Trouble({ failure, onRetry }: { failure: ApiFailure; onRetry(): void }): ReactNode {
  const t = useText();
  return (
    <Blank
      icon={<CloudOff size={18} aria-hidden />}
      title={t('failure.title')}
      action={<Button onClick={onRetry}>{t('failure.retry')}</Button>}
    >
      <FailureWords failure={failure} />
      {failure.requestId !== undefined && (
        <p className="mt-1 font-mono text-2xs text-faint">{t('failure.request', { id: failure.requestId })}</p>
      )}
    </Blank>
  );
}
