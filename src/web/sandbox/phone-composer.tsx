import { SendHorizontal, X } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { PhoneSendMenu } from './phone-send-menu.tsx';
import { PHRASE_KINDS, PHRASES } from './phrases.ts';
import type { Phone, PhoneMessage, PhoneThing } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** Where the visitor types as the customer, with sentences at hand. */
export function PhoneComposer(props: {
  phone: Phone;
  editing: PhoneMessage | undefined;
  onStopEditing(): void;
  onSend(text: string): void;
  onSendThing(what: PhoneThing): void;
}): ReactNode {
  const { phone, editing } = props;
  const t = useWords();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const phrases = PHRASES[phone.language];

  useEffect(() => {
    if (editing === undefined) return;
    setText(editing.text);
    field.current?.focus();
  }, [editing]);

  const send = (): void => {
    if (text.trim() === '') return;
    props.onSend(text.trim());
    setText('');
  };
  const stopEditing = (): void => {
    setText('');
    props.onStopEditing();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // Enter that ends a composition is the input method's.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && editing !== undefined) {
      event.stopPropagation();
      stopEditing();
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };

  return (
    <div className="shrink-0 border-t border-line">
      {editing === undefined ? (
        <ul
          aria-label={t('phone.ready')}
          className="grid auto-cols-max grid-flow-col grid-rows-2 gap-1.5 overflow-x-auto px-3 pt-2.5 pb-1"
        >
          {PHRASE_KINDS.map((kind) => (
            <li key={kind}>
              <button
                type="button"
                title={t(`phrase.${kind}`)}
                onClick={() => props.onSend(phrases[kind])}
                className="h-7 max-w-40 truncate rounded-full border border-line bg-surface px-2.5 text-xs text-text transition-colors hover:bg-hover"
              >
                <span lang={phone.language}>{phrases[kind]}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <div className="flex items-center gap-2 px-3.5 pt-2 text-xs text-accent-text">
          <span className="flex-1 font-medium">{t('phone.editing')}</span>
          <IconButton
            label={t('phone.editing.stop')}
            tipSide="top"
            tipAlign="end"
            onClick={stopEditing}
            className="size-6"
          >
            <X aria-hidden size={14} />
          </IconButton>
        </div>
      )}
      {editing === undefined && <PhoneSendMenu onSend={props.onSendThing} />}
      <form onSubmit={onSubmit} className="flex items-end gap-1.5 px-3 pt-1.5 pb-3">
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          lang={phone.language}
          maxLength={4096}
          aria-label={t('phone.write', { name: phone.name })}
          placeholder={t('phone.placeholder')}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-32 min-h-9 w-full min-w-0 flex-1 resize-none rounded-[1.125rem] border border-line-strong bg-surface px-3.5 py-[0.4375rem] text-m placeholder:text-faint"
        />
        <IconButton
          label={t('phone.send', { name: phone.name })}
          type="submit"
          tipSide="top"
          tipAlign="end"
          disabled={text.trim() === ''}
          className="size-9 rounded-full! bg-accent text-on-accent enabled:hover:bg-accent-hover enabled:hover:text-on-accent"
        >
          <SendHorizontal aria-hidden size={16} />
        </IconButton>
      </form>
    </div>
  );
}
