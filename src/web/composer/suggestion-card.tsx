import { Bot } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Button } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { PublicStep } from './public-step.tsx';

/** What the bot would say where it may not speak by itself: a person sends it, changes it first, or puts it aside. */
export function SuggestionCard(props: {
  conversationId: string;
  text: string;
  /** Everybody would read it: it is asked about first. */
  publicly: boolean;
  /** Null: an answer cannot be sent. */
  onSend: (() => void) | null;
  onEdit(): void;
  onPutAside(): Promise<unknown>;
}): ReactNode {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const { conversationId, text, onSend } = props;
  const send = useRef<HTMLButtonElement>(null);
  const putAside = (): void => {
    setBusy(true);
    void props.onPutAside().finally(() => setBusy(false));
  };
  return (
    <section
      data-suggestion
      aria-label={t('suggestion.title')}
      className="my-2 rounded-lg border border-dashed border-accent bg-accent-soft px-3 py-2"
    >
      <h3 className="flex items-center gap-1.5 text-xs font-medium text-accent-text">
        <Bot size={13} aria-hidden className="shrink-0" />
        {t('suggestion.title')}
      </h3>
      <p data-suggested dir="auto" className="mt-1 text-s wrap-anywhere whitespace-pre-wrap">
        {text}
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {onSend !== null && (
          <Button
            ref={send}
            size="s"
            look={asks ? 'plain' : 'primary'}
            disabled={busy}
            onClick={() => (props.publicly ? setAsks(true) : onSend())}
          >
            {t('suggestion.send')}
          </Button>
        )}
        <Button size="s" disabled={busy} onClick={props.onEdit}>
          {t('suggestion.edit')}
        </Button>
        <Button size="s" look="quiet" disabled={busy} onClick={putAside}>
          {t('suggestion.putAside')}
        </Button>
      </div>
      {asks && onSend !== null && (
        <div className="-mx-3 mt-2 -mb-2 overflow-hidden rounded-b-lg">
          <PublicStep
            conversationId={conversationId}
            text={text}
            onSend={onSend}
            onChange={props.onEdit}
            onBack={() => {
              setAsks(false);
              send.current?.focus();
            }}
          />
        </div>
      )}
    </section>
  );
}
