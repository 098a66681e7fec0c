import { SendHorizontal, X } from 'lucide-react';
import type { KeyboardEvent, ReactNode, Ref } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';

/** The line of a form where somebody types: Enter sends, Escape gives up what is answered or changed. */
export function TextLine(props: {
  ref?: Ref<HTMLTextAreaElement>;
  text: string;
  label: string;
  placeholder: string;
  sendLabel: string;
  maxLength: number;
  lang?: string;
  /** As round as on a phone. */
  round?: boolean;
  onText(text: string): void;
  onSend(): void;
  /** Null: there is nothing to give up. */
  onStop: (() => void) | null;
}): ReactNode {
  const { text, round = false, onSend, onStop } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // Enter that ends a composition is the input method's.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      onSend();
    } else if (event.key === 'Escape' && onStop !== null) {
      event.stopPropagation();
      onStop();
    }
  };
  return (
    <div className="flex items-end gap-1.5">
      <textarea
        ref={props.ref}
        rows={1}
        value={text}
        dir="auto"
        lang={props.lang}
        maxLength={props.maxLength}
        aria-label={props.label}
        placeholder={props.placeholder}
        onChange={(event) => props.onText(event.target.value)}
        onKeyDown={onKeyDown}
        className={classNames(
          'field-sizing-content max-h-32 min-h-9 w-full min-w-0 flex-1 resize-none border border-line-strong bg-surface py-[0.4375rem] text-m placeholder:text-muted',
          round ? 'rounded-[1.125rem] px-3.5' : 'rounded-lg px-3',
        )}
      />
      <IconButton
        label={props.sendLabel}
        type="submit"
        tipSide="top"
        tipAlign="end"
        disabled={text.trim() === ''}
        className={classNames(
          'size-9 bg-accent text-on-accent enabled:hover:bg-accent-hover enabled:hover:text-on-accent',
          round && 'rounded-full!',
        )}
      >
        <SendHorizontal aria-hidden size={16} />
      </IconButton>
    </div>
  );
}

/** Says above the line what is answered or changed. */
export function AboutLine(props: { words: string; stopLabel: string; onStop(): void }): ReactNode {
  return (
    <div className="flex items-center gap-2 text-xs text-accent-text">
      <span className="min-w-0 flex-1 truncate font-medium">{props.words}</span>
      <IconButton label={props.stopLabel} tipSide="top" tipAlign="end" onClick={props.onStop} className="size-6">
        <X aria-hidden size={14} />
      </IconButton>
    </div>
  );
}
