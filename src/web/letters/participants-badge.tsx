import { BadgeCheck, UsersRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Participant } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { personWords } from './letter-facts.ts';

/** How many take part in a thread of letters, and who on a click. */
export function ParticipantsBadge({ participants }: { participants: readonly Participant[] }): ReactNode {
  const t = useText();
  return (
    <details className="group/people relative shrink-0">
      <summary className="inline-flex list-none items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-text">
        <UsersRound size={12} aria-hidden />
        {t('participants.count', { count: participants.length })}
      </summary>
      <ul
        aria-label={t('participants.label')}
        className="absolute start-0 top-full z-20 mt-1 flex max-h-64 w-72 max-w-[80vw] flex-col gap-1 overflow-y-auto rounded-md border border-line bg-raised p-2 shadow-raised"
      >
        {participants.map((one) => (
          <li key={one.address} className="flex items-center gap-1.5 text-xs text-text">
            <bdi className="min-w-0 flex-1 wrap-anywhere">{personWords(one)}</bdi>
            {one.proven && <BadgeCheck size={12} className="shrink-0 text-good-text" aria-label={t('letter.proven')} />}
            <span className="shrink-0 text-2xs text-muted">{t(`participants.${one.role}`)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
