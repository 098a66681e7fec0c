import { AlertTriangle, Check, CheckCheck, CircleHelp, CircleX, Clock, RotateCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Delivery } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { type Text, useText } from '../i18n/text.ts';
import { type Times, useTimes } from '../i18n/times.ts';
import { hasAfterword, sendParts, summaryOf } from './delivery-summary.ts';
import { ReasonWords } from './reason-words.tsx';
import { deliveryReason } from './reasons.ts';

const LOOK = {
  waiting: { tone: 'text-faint', Icon: Clock },
  retry: { tone: 'text-warn-text', Icon: RotateCw },
  good: { tone: 'text-faint', Icon: Check },
  read: { tone: 'text-accent-text', Icon: CheckCheck },
  doubt: { tone: 'text-warn-text', Icon: CircleHelp },
  bad: { tone: 'text-bad-text', Icon: CircleX },
  off: { tone: 'text-faint', Icon: AlertTriangle },
} as const;

function lookOf({ state, dismissed }: Delivery): keyof typeof LOOK {
  switch (state) {
    case 'scheduled':
    case 'pending':
    case 'sending':
      return 'waiting';
    case 'retry':
    case 'unknown':
      return 'retry';
    case 'sent':
    case 'delivered':
      return 'good';
    case 'read':
      return 'read';
    case 'needs_review':
      return 'doubt';
    case 'bounced':
    case 'failed':
      return dismissed ? 'off' : 'bad';
    case 'superseded':
    case 'cancelled':
      return 'off';
  }
}

function wordsOf(one: Delivery, t: Text, times: Times): string {
  if (one.state === 'retry' && one.dueAt !== null)
    return t('delivery.retryAt', { time: times.clock(Date.parse(one.dueAt)) });
  if (one.resent) return t('delivery.resent');
  if (one.dismissed && one.state === 'bounced') return t('delivery.bouncedSetAside');
  if (one.dismissed) return t(one.state === 'failed' ? 'delivery.setAside' : 'delivery.dismissed');
  return t(`delivery.${one.state}`);
}

/** The life of a message's own parts on their way out: one line when all is well, one a part where it is not, with what can be done. */
export function DeliveryLines(props: {
  deliveries: readonly Delivery[];
  actions: Actions;
  readOnly: boolean;
}): ReactNode {
  const { summary, troubled } = summaryOf(props.deliveries);
  const t = useText();
  const times = useTimes();
  const parts = sendParts(props.deliveries);
  const many = parts.length > 1;
  return (
    <div className="flex flex-col items-end gap-1">
      {troubled.map((one) => (
        <Part
          key={one.id}
          one={one}
          part={many ? one.ordinal + 1 : null}
          actions={props.actions}
          readOnly={props.readOnly}
        />
      ))}
      {parts.filter(hasAfterword).map((one) => (
        <span key={one.id} data-delayed className="inline-flex max-w-full items-center gap-1 text-2xs text-warn-text">
          <Clock size={12} aria-hidden className="shrink-0" />
          <span className="min-w-0 wrap-anywhere">
            <ReasonWords reason={deliveryReason(one, t)} />
          </span>
        </span>
      ))}
      {summary !== null && (
        <Line one={summary}>
          {wordsOf(summary, t, times)}
          {many && troubled.length === 0 && ` · ${t('delivery.parts', { count: parts.length })}`}
        </Line>
      )}
    </div>
  );
}

function Line({ one, children }: { one: Delivery; children: ReactNode }): ReactNode {
  const { tone, Icon } = LOOK[lookOf(one)];
  return (
    <span data-delivery={one.state} className={classNames('inline-flex items-center gap-1 text-2xs', tone)}>
      <Icon size={12} aria-hidden className="shrink-0" />
      {children}
    </span>
  );
}

function Part(props: { one: Delivery; part: number | null; actions: Actions; readOnly: boolean }): ReactNode {
  const { one, part, actions } = props;
  const t = useText();
  const times = useTimes();
  const [busy, setBusy] = useState(false);
  const judge = (verdict: 'resend' | 'dismiss'): void => {
    setBusy(true);
    void actions.review(one.id, verdict).finally(() => setBusy(false));
  };
  const told = (one.error ?? one.errorKind) !== null && one.state !== 'needs_review' && one.state !== 'cancelled';
  const open =
    !one.resent &&
    !one.dismissed &&
    !props.readOnly &&
    (one.state === 'needs_review' || one.state === 'failed' || one.state === 'bounced');
  return (
    <div className="flex max-w-full flex-wrap items-center justify-end gap-x-2 gap-y-1">
      <Line one={one}>
        {part !== null && `${t('delivery.part', { part })} `}
        {wordsOf(one, t, times)}
        {told && (
          <span className="text-muted">
            {' · '}
            <ReasonWords reason={deliveryReason(one, t)} />
          </span>
        )}
      </Line>
      {open && (
        <>
          <Button size="s" disabled={busy} onClick={() => judge('resend')}>
            {t('delivery.sendAgain')}
          </Button>
          <Button
            size="s"
            look={one.state === 'needs_review' ? 'plain' : 'quiet'}
            disabled={busy}
            onClick={() => judge('dismiss')}
          >
            {one.state === 'needs_review' ? t('delivery.itArrived') : t('delivery.dismiss')}
          </Button>
        </>
      )}
    </div>
  );
}
