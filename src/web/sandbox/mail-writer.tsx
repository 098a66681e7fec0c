import { SendHorizontal, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { CheckField } from '../components/field.tsx';
import type { CorrespondentLetter, LetterThings } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** Where the visitor writes a mail as the customer, or answers one of ours. */
export function MailWriter(props: {
  name: string;
  ourAddress: string;
  answered: CorrespondentLetter | undefined;
  onStopAnswering(): void;
  onSend(letter: { subject: string; text: string } & LetterThings): void;
}): ReactNode {
  const { name, answered } = props;
  const t = useWords();
  const [subject, setSubject] = useState('');
  const [text, setText] = useState('');
  const [things, setThings] = useState<LetterThings>({ picture: false, file: false });
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (answered !== undefined) field.current?.focus();
  }, [answered]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    props.onSend({ subject: subject.trim(), text: text.trim(), ...things });
    setSubject('');
    setText('');
    setThings({ picture: false, file: false });
  };

  const box = 'w-full rounded-md border border-line bg-canvas px-2.5 py-1.5 text-s placeholder:text-muted';
  return (
    <form onSubmit={submit} className="flex shrink-0 flex-col gap-1.5 border-t border-line px-3 py-2.5">
      {answered === undefined ? (
        <input
          aria-label={t('mail.subject')}
          placeholder={t('mail.subject')}
          value={subject}
          onChange={(event) => setSubject(event.target.value)}
          maxLength={200}
          autoComplete="off"
          className={box}
        />
      ) : (
        <div className="flex items-center gap-2 text-xs text-accent-text">
          <span className="min-w-0 flex-1 truncate font-medium">
            {t('mail.answering', { subject: answered.subject === '' ? t('mail.noSubject') : answered.subject })}
          </span>
          <IconButton label={t('mail.answer.stop')} tipSide="top" tipAlign="end" onClick={props.onStopAnswering}>
            <X aria-hidden size={14} />
          </IconButton>
        </div>
      )}
      <textarea
        ref={field}
        aria-label={t('mail.text', { name })}
        placeholder={t('mail.new', { address: props.ourAddress })}
        value={text}
        onChange={(event) => setText(event.target.value)}
        rows={3}
        className={`${box} resize-none`}
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <CheckField
          label={t('mail.picture')}
          checked={things.picture}
          onChange={(event) => setThings({ ...things, picture: event.target.checked })}
        />
        <CheckField
          label={t('mail.file')}
          checked={things.file}
          onChange={(event) => setThings({ ...things, file: event.target.checked })}
        />
        <Button type="submit" look="primary" className="ms-auto" icon={<SendHorizontal aria-hidden size={14} />}>
          {t('mail.send', { name })}
        </Button>
      </div>
    </form>
  );
}
