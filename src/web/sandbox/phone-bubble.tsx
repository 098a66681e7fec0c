import { Check, CheckCheck, Pencil, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from '../components/class-names.ts';
import { useTimes } from '../i18n/times.ts';
import type { Phone, PhoneMessage } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** One message on the phone: the customer's at the end of the line, ours at its start. */
export function PhoneBubble(props: { message: PhoneMessage; phone: Phone; onEdit(): void }): ReactNode {
  const { message, phone } = props;
  const t = useWords();
  const times = useTimes();
  const own = message.from === 'customer';
  const fate = message.taken ? t('phone.taken') : t('phone.waiting');

  return (
    <div className={classNames('group/bubble flex max-w-[88%] items-end gap-1', own ? 'self-end' : 'self-start')}>
      {own && (
        <button
          type="button"
          aria-label={`${t('phone.edit')}: ${message.text}`}
          title={t('phone.edit')}
          onClick={props.onEdit}
          className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-muted opacity-0 group-hover/bubble:opacity-100 hover:bg-hover hover:text-text focus-visible:opacity-100 pointer-coarse:opacity-100"
        >
          <Pencil aria-hidden size={14} />
        </button>
      )}
      <div
        className={classNames(
          'min-w-0 rounded-[1.125rem] px-3 py-1.5 text-m',
          own ? 'rounded-ee-sm bg-accent text-on-accent' : 'rounded-es-sm border border-line bg-surface',
        )}
      >
        <span className="sr-only">{own ? t('phone.you', { name: phone.name }) : t('phone.support')} </span>
        {message.deleted ? (
          <em>{t('phone.deleted')}</em>
        ) : (
          <p dir="auto" lang={phone.language} className="whitespace-pre-wrap [overflow-wrap:anywhere]">
            {message.text}
          </p>
        )}
        <p
          className={classNames(
            'flex items-center justify-end gap-1 text-2xs tabular-nums',
            own ? 'text-on-accent' : 'text-muted',
          )}
        >
          {message.edited && <span>{t('phone.edited')}</span>}
          <time dateTime={message.at}>{times.clock(Date.parse(message.at))}</time>
          {own && (
            <span title={fate}>
              {message.taken ? <CheckCheck aria-hidden size={14} /> : <Check aria-hidden size={14} />}
              <span className="sr-only">{fate}</span>
            </span>
          )}
          {!message.answered && (
            <span title={t('phone.unanswered')} className="text-warn-text">
              <Unplug aria-hidden size={14} />
              <span className="sr-only">{t('phone.unanswered')}</span>
            </span>
          )}
        </p>
      </div>
    </div>
  );
}
