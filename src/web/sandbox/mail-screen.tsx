import { CornerUpLeft, MailCheck, MailQuestionMark, Paperclip } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { MailWriter } from './mail-writer.tsx';
import { answerLetter, type Correspondent, type CorrespondentLetter, writeLetter } from './sandbox-api.ts';
import { useWords } from './words.ts';

interface ScreenProps {
  person: Correspondent;
  /** Whether it can be seen; what cannot does not scroll. */
  shown: boolean;
  ourAddress: string;
  order(run: () => Promise<unknown>): void;
}

/** One person's mailbox, as far as it is about us. */
export function MailScreen({ person, shown, ourAddress, order }: ScreenProps): ReactNode {
  const t = useWords();
  const [answered, setAnswered] = useState<CorrespondentLetter>();
  const end = useRef<HTMLDivElement>(null);
  const { address, name, proven, letters } = person;
  const count = letters.length;
  useLayoutEffect(() => {
    const log = end.current?.parentElement;
    if (log !== null && log !== undefined && count > 0 && shown) log.scrollTop = log.scrollHeight;
  }, [count, shown]);

  return (
    <section
      aria-label={t('mail.of', { name })}
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-(--shadow-raised)"
    >
      <header className="flex shrink-0 items-center gap-2.5 border-b border-line px-3.5 py-2.5">
        <span className={proven ? 'text-good-text' : 'text-warn-text'}>
          {proven ? <MailCheck aria-hidden size={18} /> : <MailQuestionMark aria-hidden size={18} />}
        </span>
        <div className="min-w-0 flex-1">
          <p className="truncate text-m font-semibold">{address}</p>
          <p className="truncate text-xs text-muted">{proven ? t('mail.proven') : t('mail.claimed')}</p>
        </div>
      </header>
      <div
        role="log"
        aria-label={t('mail.letters', { name })}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto bg-canvas px-3 py-3 focus-visible:-outline-offset-2"
      >
        {count === 0 && <p className="m-auto max-w-60 text-center text-s text-muted">{t('mail.empty', { name })}</p>}
        {letters.map((letter) => (
          <Letter
            key={letter.id}
            letter={letter}
            name={name}
            ourAddress={ourAddress}
            onAnswer={() => setAnswered(letter)}
          />
        ))}
        <div ref={end} />
      </div>
      <MailWriter
        name={name}
        ourAddress={ourAddress}
        answered={answered}
        onStopAnswering={() => setAnswered(undefined)}
        onSend={({ subject, ...said }) => {
          order(() =>
            answered === undefined
              ? writeLetter(address, { subject, ...said })
              : answerLetter(address, answered.id, said),
          );
          setAnswered(undefined);
        }}
      />
    </section>
  );
}

function Letter(props: { letter: CorrespondentLetter; name: string; ourAddress: string; onAnswer(): void }): ReactNode {
  const { letter, name, ourAddress } = props;
  const t = useWords();
  const ours = letter.from === 'support';
  return (
    <article
      aria-label={letter.subject === '' ? t('mail.noSubject') : letter.subject}
      className={classNames('rounded-md border border-line px-3 py-2', ours ? 'bg-accent-soft' : 'bg-surface')}
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="truncate text-2xs text-muted">
            {t(ours ? 'mail.from.support' : 'mail.from.customer', { name, address: ourAddress })}
          </p>
          <h3 className="text-s font-semibold wrap-anywhere">
            {letter.subject === '' ? t('mail.noSubject') : letter.subject}
          </h3>
        </div>
        {ours && (
          <IconButton label={t('mail.answer')} tipAlign="end" onClick={props.onAnswer}>
            <CornerUpLeft aria-hidden size={16} />
          </IconButton>
        )}
      </div>
      <p className="mt-1 text-s whitespace-pre-wrap wrap-anywhere">{letter.text.trim()}</p>
      {letter.files.length > 0 && (
        <p className="mt-1 flex items-center gap-1 text-xs text-muted">
          <Paperclip aria-hidden size={12} />
          {t('mail.files', { names: letter.files.join(', ') })}
        </p>
      )}
    </article>
  );
}
