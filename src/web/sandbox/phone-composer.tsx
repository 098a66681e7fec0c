import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { PhoneSendMenu } from './phone-send-menu.tsx';
import { PHRASE_KINDS, PHRASES } from './phrases.ts';
import type { Phone, PhoneMessage, PhoneThing } from './sandbox-api.ts';
import { AboutLine, TextLine } from './text-line.tsx';
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
        <div className="px-3.5 pt-2">
          <AboutLine words={t('phone.editing')} stopLabel={t('phone.editing.stop')} onStop={stopEditing} />
        </div>
      )}
      {editing === undefined && <PhoneSendMenu onSend={props.onSendThing} />}
      <form onSubmit={onSubmit} className="px-3 pt-1.5 pb-3">
        <TextLine
          ref={field}
          round
          text={text}
          lang={phone.language}
          label={t('phone.write', { name: phone.name })}
          placeholder={t('phone.placeholder')}
          sendLabel={t('phone.send', { name: phone.name })}
          maxLength={4096}
          onText={setText}
          onSend={send}
          onStop={editing === undefined ? null : stopEditing}
        />
      </form>
    </div>
  );
}
