import { BadgeCheck, CircleAlert, LockKeyhole, PenLine, ShieldAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import type { Message } from '../api/model.ts';
import { Badge } from '../components/badge.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { type Correspondent, type Letter, personWords, redirectedTo, warningWords } from './letter-facts.ts';

/** What stands above a letter's words: who wrote it and whether that is sure, to whom, when, and what to beware of. */
export function LetterHead(props: { message: Message; letter: Letter; subjectShown: boolean }): ReactNode {
  const { message, letter } = props;
  const t = useText();
  const times = useTimes();
  const atMs = Date.parse(message.at);
  const inbound = message.kind === 'inbound';
  const people = [...letter.to, ...letter.cc, ...(letter.bcc ?? [])];
  return (
    <div data-letter className="flex min-w-0 flex-col gap-1.5 border-b border-line pb-1.5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs">
        {letter.from !== undefined && (
          <bdi className="min-w-0 font-medium wrap-anywhere">{personWords(letter.from)}</bdi>
        )}
        {inbound && letter.proof !== undefined && <Proof letter={letter} />}
        {letter.sealed !== undefined && (
          <Badge
            icon={
              letter.sealed === 'signed' ? <PenLine size={11} aria-hidden /> : <LockKeyhole size={11} aria-hidden />
            }
          >
            {t(`letter.${letter.sealed}`)}
          </Badge>
        )}
        <time dateTime={message.at} className="text-2xs text-faint tabular-nums">
          {times.exact(atMs)}
        </time>
      </div>
      {people.length > 0 && <Envelope letter={letter} />}
      {props.subjectShown && letter.subject !== '' && (
        <p dir="auto" className="text-s font-semibold wrap-anywhere">
          <span className="sr-only">{t('letter.subject')} </span>
          {letter.subject}
        </p>
      )}
      {inbound && <Beware letter={letter} />}
    </div>
  );
}

function Proof({ letter }: { letter: Letter }): ReactNode {
  const t = useText();
  return letter.proof === 'proven' ? (
    <span title={letter.proofReason}>
      <Badge tone="good" icon={<BadgeCheck size={11} aria-hidden />}>
        {t('letter.proven')}
      </Badge>
    </span>
  ) : (
    <Badge tone="warn" icon={<ShieldAlert size={11} aria-hidden />}>
      {t('letter.claimed')}
    </Badge>
  );
}

/** The first of those it was sent to, and everybody on a click. */
function Envelope({ letter }: { letter: Letter }): ReactNode {
  const t = useText();
  const { to, cc, bcc = [], replyTo = [] } = letter;
  const [first = cc[0] ?? bcc[0]] = to;
  const more = to.length + cc.length + bcc.length - 1;
  return (
    <details className="text-2xs text-muted">
      <summary className="w-fit max-w-full list-none truncate rounded-sm hover:text-text">
        {t('letter.toFirst', { name: first?.name || first?.address || '', more })}
      </summary>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-2 gap-y-0.5">
        <People label={t('letter.to')} people={to} />
        <People label={t('letter.cc')} people={cc} />
        <People label={t('letter.bcc')} people={bcc} />
        <People label={t('letter.replyTo')} people={replyTo} />
      </dl>
    </details>
  );
}

function People({ label, people }: { label: string; people: readonly Correspondent[] }): ReactNode {
  if (people.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd className="min-w-0">
        <ul>
          {people.map((one, index) => (
            <li key={index} className="wrap-anywhere">
              <bdi>{personWords(one)}</bdi>
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

function Beware({ letter }: { letter: Letter }): ReactNode {
  const t = useText();
  const id = useId();
  const elsewhere = redirectedTo(letter);
  const warnings = (letter.warnings ?? []).filter((code) => code !== 'reply_to_mismatch' || elsewhere.length === 0);
  const claimed = letter.proof === 'claimed';
  if (!claimed && warnings.length === 0 && elsewhere.length === 0) return null;
  return (
    <Notice tone="warn" icon={<CircleAlert size={15} aria-hidden className="self-start" />} className="text-xs">
      {claimed && (
        <p id={id} className="font-medium">
          {t('letter.notVerified')}
          {letter.proofReason !== undefined && (
            <span lang="en" className="block font-normal">
              {letter.proofReason}
            </span>
          )}
        </p>
      )}
      <ul>
        {warnings.map((code) => (
          <li key={code}>{warningWords(code, t)}</li>
        ))}
        {elsewhere.length > 0 && (
          <li className="wrap-anywhere">
            {t('letter.answersGoTo', { people: elsewhere.map(personWords).join(', ') })}
          </li>
        )}
      </ul>
    </Notice>
  );
}
