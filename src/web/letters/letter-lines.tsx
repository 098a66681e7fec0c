import { CircleAlert, Plus } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { Participant } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { personWords } from './letter-facts.ts';
import { RecipientLine } from './recipient-line.tsx';
import { type AnsweredLetter, type LetterDraft, leftOut, letterTrouble, withPerson } from './recipients.ts';

/** The envelope of the letter that is being written: who gets it, under which subject, and what goes along by itself. */
export function LetterLines(props: {
  draft: LetterDraft;
  answered: AnsweredLetter | null;
  participants: readonly Participant[];
  onChange(draft: LetterDraft): void;
}): ReactNode {
  const { draft, answered, participants, onChange } = props;
  const t = useText();
  const times = useTimes();
  const id = useId();
  const [asked, setAsked] = useState<'cc' | 'bcc' | null>(null);
  const to = draft.to ?? answered?.to ?? [];
  const others = leftOut(draft, answered, participants);
  const trouble = letterTrouble(draft);
  return (
    <div
      role="group"
      aria-label={t('recipients.label')}
      data-letter-lines
      className="flex flex-col border-b border-line py-1.5"
    >
      <RecipientLine label={t('letter.to')} people={to} onChange={(next) => onChange({ ...draft, to: next })} />
      {(['cc', 'bcc'] as const).map(
        (line) =>
          (draft[line].length > 0 || asked === line) && (
            <RecipientLine
              key={line}
              label={t(`letter.${line}`)}
              people={draft[line]}
              focused={asked === line && draft[line].length === 0}
              onChange={(next) => onChange({ ...draft, [line]: next })}
            />
          ),
      )}
      <div className="flex items-center gap-1 px-3 py-0.5 text-xs">
        <label htmlFor={id} className="w-14 shrink-0 truncate text-muted" title={t('letter.subject')}>
          {t('letter.subject')}
        </label>
        <input
          id={id}
          dir="auto"
          maxLength={500}
          value={draft.subject ?? answered?.subject ?? ''}
          onChange={(event) => onChange({ ...draft, subject: event.target.value })}
          className="h-6 min-w-0 flex-1 rounded-sm bg-transparent px-1 text-xs font-medium"
        />
        {draft.cc.length === 0 && asked !== 'cc' && (
          <Button size="s" look="quiet" onClick={() => setAsked('cc')}>
            {t('letter.cc')}
          </Button>
        )}
        {draft.bcc.length === 0 && asked !== 'bcc' && (
          <Button size="s" look="quiet" onClick={() => setAsked('bcc')}>
            {t('letter.bcc')}
          </Button>
        )}
      </div>
      {others.length > 0 && (
        <ul aria-label={t('recipients.others')} className="flex flex-wrap items-center gap-1 px-3 py-0.5 text-xs">
          <li className="text-muted">{t('recipients.others')}</li>
          {others.map((one) => (
            <li key={one.address} className="max-w-full min-w-0">
              <button
                type="button"
                aria-label={t('recipients.keep', { person: personWords(one) })}
                onClick={() => onChange({ ...draft, cc: withPerson(draft.cc, one) })}
                className="inline-flex h-6 max-w-full items-center gap-1 rounded-full border border-dashed border-line-strong px-2 text-muted hover:bg-hover hover:text-text"
              >
                <Plus size={11} aria-hidden className="shrink-0" />
                <bdi className="min-w-0 truncate">{personWords(one)}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
      {answered?.redirected === true && draft.to === null && (
        <p className="flex items-center gap-1 px-3 text-xs text-warn-text">
          <CircleAlert size={12} aria-hidden className="shrink-0" />
          <span className="min-w-0 wrap-anywhere">
            {t('recipients.redirected', { author: personWords(answered.author) })}
          </span>
        </p>
      )}
      {trouble !== null && <p className="px-3 text-xs text-bad-text">{t(`recipients.${trouble}`)}</p>}
      <p className="px-3 pt-0.5 text-2xs text-muted">
        {answered !== null &&
          `${t('recipients.quoted', { author: answered.author.name || answered.author.address, time: times.exact(answered.atMs) })} `}
        {t('recipients.signature')}
      </p>
    </div>
  );
}
