import { Megaphone, ShieldAlert } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { lookAtReply } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { LookedAt } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { useText } from '../i18n/text.ts';

type Looked =
  | { is: 'looking' }
  | { is: 'fine' }
  | { is: 'blocked'; found: LookedAt['accountData'] }
  | { is: 'failed'; error: unknown };

/**
 * The step between writing and sending where everybody reads the answer: says so once more, and does not let through what looks like data
 * of somebody's account. The server judges the text itself, before this and again when it is sent.
 */
export function PublicStep(props: {
  conversationId: string;
  text: string;
  onSend(): void;
  onBack(): void;
  /** It cannot be sent as it is. */
  onChange(): void;
}): ReactNode {
  const { conversationId, text, onSend, onBack } = props;
  const t = useText();
  const [looked, setLooked] = useState<Looked>({ is: 'looking' });
  const step = useRef<HTMLDivElement>(null);
  const askedId = useId();
  useEffect(() => {
    let over = false;
    const tell = (next: Looked): void => {
      if (!over) setLooked(next);
    };
    lookAtReply(conversationId, text).then(
      ({ accountData }) => tell(accountData.length === 0 ? { is: 'fine' } : { is: 'blocked', found: accountData }),
      (error: unknown) => tell({ is: 'failed', error }),
    );
    return () => {
      over = true;
    };
  }, [conversationId, text]);
  // Never on a button: the key that led here may still be held, or be pressed once too often.
  useEffect(() => step.current?.focus(), []);

  const blocked = looked.is === 'blocked';
  return (
    <div
      ref={step}
      role="alertdialog"
      aria-label={t('public.title')}
      aria-describedby={askedId}
      tabIndex={-1}
      data-public-step={looked.is}
      onKeyDown={(event) => {
        // The keys are its own, as a dialog's are.
        event.stopPropagation();
        if (event.key === 'Escape') onBack();
      }}
      className={
        blocked
          ? '-outline-offset-2 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line bg-bad-soft px-3 py-2 text-s text-bad-text'
          : '-outline-offset-2 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-warn-line bg-warn-soft px-3 py-2 text-s text-warn-text'
      }
    >
      {blocked ? (
        <ShieldAlert size={16} aria-hidden className="shrink-0" />
      ) : (
        <Megaphone size={16} aria-hidden className="shrink-0" />
      )}
      <p id={askedId} aria-live="assertive" className="min-w-0 flex-1 basis-52 wrap-anywhere">
        {looked.is === 'failed' ? (
          <FailureWords failure={asFailure(looked.error)} />
        ) : blocked ? (
          <>
            {t('public.blocked')}{' '}
            {looked.found.map(({ kind, start, length }, index) => (
              <span key={start}>
                {index > 0 && ', '}
                {t(`public.kind.${kind}`)} <bdi className="font-medium">{text.slice(start, start + length)}</bdi>
              </span>
            ))}
          </>
        ) : (
          t('public.ask')
        )}
      </p>
      <div className="flex items-center gap-2">
        {blocked || looked.is === 'failed' ? (
          <Button size="s" onClick={props.onChange}>
            {t('public.change')}
          </Button>
        ) : (
          <>
            <Button size="s" look="primary" disabled={looked.is === 'looking'} onClick={onSend}>
              {t('public.send')}
            </Button>
            <Button size="s" look="quiet" onClick={onBack}>
              {t('public.back')}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
