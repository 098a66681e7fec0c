import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { Radio, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { asFailure } from '../api/failure.ts';
import type { Account, AccountDetails } from '../api/model.ts';
import { accountsQuery } from '../channels/accounts-query.ts';
import { useLengthOfTime } from '../channels/length-of-time.ts';
import { useSince } from '../channels/since.ts';
import { useChannelWords } from '../channels/words.ts';
import { Badge, type Tone } from '../components/badge.tsx';
import { Blank } from '../components/blank.tsx';
import { Button } from '../components/button.tsx';
import { ChannelMark, channelName } from '../components/channel-mark.tsx';
import { Notice } from '../components/notice.tsx';
import { Trouble } from '../components/trouble.tsx';
import { Ago } from '../i18n/moment.tsx';

const TONES: Readonly<Record<Account['severity'], Tone>> = { ok: 'good', warning: 'warn', critical: 'bad' };

/** Our accounts: whether they receive, and if not why and what to do. Refreshes by itself. */
export function ChannelsSection(): ReactNode {
  const t = useChannelWords();
  const accounts = useQuery(accountsQuery);
  if (accounts.isError && accounts.data === undefined) {
    return <Trouble failure={asFailure(accounts.error)} onRetry={() => void accounts.refetch()} />;
  }
  return (
    <>
      <div className="-mt-4 flex items-center justify-between gap-3">
        <p className="text-s text-muted">{t('channels.lead')}</p>
        <Button size="s" icon={<RefreshCw size={13} aria-hidden />} onClick={() => void accounts.refetch()}>
          {t('channels.lookAgain')}
        </Button>
      </div>
      {accounts.data?.length === 0 && (
        <Blank icon={<Radio size={18} aria-hidden />} title={t('channels.none')}>
          {t('channels.noneHint')}
        </Blank>
      )}
      <ul className="flex flex-col gap-4">
        {(accounts.data ?? []).map((one) => (
          <li
            key={one.id}
            aria-label={one.name ?? one.id}
            className="flex flex-col gap-3 rounded-lg border border-line p-4"
          >
            <AccountHead account={one} />
            {one.details !== null && <AccountState severity={one.severity} details={one.details} />}
            {one.details !== null && <Parked parked={one.details.parked} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function AccountHead({ account }: { account: Account }): ReactNode {
  const t = useChannelWords();
  const sinceWhen = useSince();
  const { details } = account;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <ChannelMark channel={account.channel} size={16} />
      <h2 className="min-w-0 truncate text-s font-medium">{account.name ?? account.id}</h2>
      <span className="text-xs text-muted">
        {channelName(account.channel)} · {account.id}
      </span>
      {details !== null && (
        <span className="ms-auto flex items-center gap-2">
          <Badge tone={TONES[account.severity]}>{t(`channels.standing.${details.standing}`)}</Badge>
          {details.standingSince !== null && (
            <span className="text-xs text-muted">
              {t('channels.since', { time: sinceWhen(details.standingSince) })}
            </span>
          )}
        </span>
      )}
    </div>
  );
}

function AccountState({ severity, details }: { severity: Account['severity']; details: AccountDetails }): ReactNode {
  const t = useChannelWords();
  const { standing, reason } = details;
  return (
    <>
      {standing !== 'connected' && (
        <Notice tone={severity === 'ok' ? 'neutral' : TONES[severity]}>
          <p className="font-medium">{t(`channels.reason.${standing}`)}</p>
          <p>{t(`channels.mend.${standing}`)}</p>
          {reason !== null && (
            <p className="mt-1 text-xs break-words">
              {t('channels.detail')} <span lang="en">{reason}</span>
            </p>
          )}
        </Notice>
      )}
      <AccountFacts details={details} />
    </>
  );
}

function AccountFacts({ details }: { details: AccountDetails }): ReactNode {
  const t = useChannelWords();
  const long = useLengthOfTime();
  const { counts, unsettled } = details;
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-1.5 text-xs @md/desk:grid-cols-[auto_1fr]">
      {details.groups !== null && <Fact name={t('channels.groups')}>{t(`channels.groups.${details.groups}`)}</Fact>}
      {details.spending !== null && <SpendingFact spending={details.spending} />}
      {details.lacks.length > 0 && (
        <Fact name={t('channels.lacks')}>
          <span lang="en">{details.lacks.join('; ')}</span>
        </Fact>
      )}
      <Fact name={t('channels.receivedBy')}>{details.receivedBy ?? t('channels.receivedByNobody')}</Fact>
      <Fact name={t('channels.lastSeen')}>
        {details.lastSeenAt === null ? t('channels.never') : <Ago at={details.lastSeenAt} />}
      </Fact>
      <Fact name={t('channels.lastStored')}>
        {details.lastStoredAt === null ? t('channels.never') : <Ago at={details.lastStoredAt} />}
      </Fact>
      <Fact name={t('channels.counts')}>
        <span title={t('channels.countsHint')}>
          {t('channels.counted', { ...counts })}
          {unsettled > 0 && ` · ${t('channels.unsettled', { count: unsettled })}`}
        </span>
      </Fact>
      {details.behindMs > 0 && <Fact name={t('channels.behind')}>{long(details.behindMs)}</Fact>}
      {details.waiting !== null && <Fact name={t('channels.waiting')}>{details.waiting}</Fact>}
      {details.forgetsInMs !== null && <Fact name={t('channels.forgets')}>{long(details.forgetsInMs)}</Fact>}
    </dl>
  );
}

/** What the platform charged today, what is left, and when the day ends. */
function SpendingFact({ spending }: { spending: NonNullable<AccountDetails['spending']> }): ReactNode {
  const t = useChannelWords();
  const { locale } = useLingui().i18n;
  const { spent, left, refillsAt } = spending;
  const dollars = (amount: number): string =>
    new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', maximumFractionDigits: 3 }).format(amount);
  const until = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(new Date(refillsAt));
  return (
    <Fact name={t('channels.spending')}>
      <span data-spending>
        {left === null
          ? t('channels.spent', { spent: dollars(spent) })
          : t('channels.spentOf', { spent: dollars(spent), left: dollars(left), until })}
      </span>
    </Fact>
  );
}

/** What came and nobody could read: it is kept, and somebody who looks after the desk can take it in again. */
function Parked({ parked }: { parked: AccountDetails['parked'] }): ReactNode {
  const t = useChannelWords();
  if (parked === null) return <Notice tone="warn">{t('channels.parkedUnknown')}</Notice>;
  if (parked.count === 0) return null;
  return (
    <Notice tone="warn">
      <p className="font-medium">{t('channels.parked', { count: parked.count })}</p>
      <p>{t('channels.parkedHint')}</p>
      <ul className="mt-1 flex flex-col gap-1 text-xs">
        {parked.latest.map(({ key, reason, receivedAt }) => (
          <li key={key} className="wrap-anywhere">
            <Ago at={receivedAt} /> · <span lang="en">{reason}</span> · <code>{key}</code>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
