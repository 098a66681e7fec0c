import { Check, CheckCheck, Pencil, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from '../components/class-names.ts';
import { useTimes } from '../i18n/times.ts';
import { PhoneBelow } from './phone-below.tsx';
import { PhoneThings } from './phone-things.tsx';
import type { Phone, PhoneMessage } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** One message on the phone: the customer's at the end of the line, ours at its start. */
export function PhoneBubble(props: {
  message: PhoneMessage;
  phone: Phone;
  onEdit(): void;
  onPress(button: string): void;
  onReact(emoji: string | null): void;
}): ReactNode {
  const { message, phone } = props;
  const t = useWords();
  const times = useTimes();
  const own = message.from === 'customer';
  const answered = phone.messages.find((one) => one.id === message.repliesTo);
  const fate = message.taken ? t('phone.taken') : t('phone.waiting');

  return (
    <div className={classNames('group/bubble flex max-w-[88%] items-end gap-1', own ? 'self-end' : 'self-start')}>
      {own && message.things.length === 0 && (
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
      <div className="relative flex min-w-0 flex-col gap-1">
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
            <>
              {answered !== undefined && (
                <p className="my-0.5 truncate border-s-2 border-accent ps-1.5 text-xs text-muted">
                  <span className="sr-only">{t('phone.answers')} </span>
                  {answered.text === '' ? t('phone.thing.other') : answered.text}
                </p>
              )}
              <PhoneThings phone={phone.id} message={message} />
              {message.text !== '' && (
                <p dir="auto" lang={phone.language} className="whitespace-pre-wrap [overflow-wrap:anywhere]">
                  {message.text}
                </p>
              )}
            </>
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
        <PhoneBelow message={message} onPress={props.onPress} onReact={props.onReact} />
      </div>
    </div>
  );
}
