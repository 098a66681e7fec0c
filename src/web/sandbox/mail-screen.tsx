import { CornerUpLeft, MailCheck, MailQuestionMark, Paperclip } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { MailWriter } from './mail-writer.tsx';
import { answerLetter, type Correspondent, type CorrespondentLetter, writeLetter } from './sandbox-api.ts';
import { ScreenFrame } from './screen-frame.tsx';
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
  const { address, name, proven, letters } = person;
  const Mark = proven ? MailCheck : MailQuestionMark;

  return (
    <ScreenFrame
      label={t('mail.of', { name })}
      logLabel={t('mail.letters', { name })}
      mark={
        <span className={proven ? 'text-good-text' : 'text-warn-text'}>
          <Mark aria-hidden size={18} />
        </span>
      }
      title={address}
      hint={proven ? t('mail.proven') : t('mail.claimed')}
      blocking={null}
      empty={t('mail.empty', { name })}
      count={letters.length}
      shown={shown}
      composer={
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
      }
    >
      <div className="flex flex-col gap-2 px-1">
        {letters.map((letter) => (
          <Letter
            key={letter.id}
            letter={letter}
            name={name}
            ourAddress={ourAddress}
            onAnswer={() => setAnswered(letter)}
          />
        ))}
      </div>
    </ScreenFrame>
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
