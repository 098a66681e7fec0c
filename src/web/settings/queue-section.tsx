import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { fetchQueue, rebuildQueue } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { QueueStatus } from '../api/model.ts';
import { announce, announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { queries } from '../app/queries.ts';
import { whileTouched } from '../app/while-touched.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { Trouble } from '../components/trouble.tsx';
import { Ago } from '../i18n/moment.tsx';
import { useCatalogue } from '../i18n/text.ts';
import { Card } from './card.tsx';
import { settingsCatalogue } from './catalogue.ts';

const KEY = ['queue'];
const REFRESH_MS = 3_000;
/** A process whose heartbeat is older is on its way to be declared dead. */
const SILENT_MS = 3_000;

const queueQuery = {
  queryKey: KEY,
  queryFn: whileTouched(KEY, fetchQueue),
  staleTime: 0,
  refetchInterval: REFRESH_MS,
};

/** The wake-ups between processes, what is due, and which processes live. For admins. */
export function QueueSection(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { readOnly } = useDesk();
  const queue = useQuery(queueQuery);
  const [busy, setBusy] = useState(false);
  if (queue.isError) return <Trouble failure={asFailure(queue.error)} onRetry={() => void queue.refetch()} />;
  const rebuild = (): void => {
    setBusy(true);
    void rebuildQueue()
      .then((status) => {
        queries.setQueryData(KEY, status);
        announce(t('queue.rebuilt'));
      }, announceFailure)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p className="-mt-4 text-s text-muted">{t('queue.lead')}</p>
      {queue.data !== undefined && <Standing status={queue.data} />}
      {queue.data !== undefined && <Processes status={queue.data} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-1 basis-60 text-xs text-muted">{t('queue.rebuildHint')}</p>
        <Button
          disabled={readOnly || busy || queue.data === undefined}
          icon={<RefreshCw size={14} aria-hidden />}
          onClick={rebuild}
        >
          {t('queue.rebuild')}
        </Button>
      </div>
    </>
  );
}

function Standing({ status }: { status: QueueStatus }): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const oldestAt = new Date(Date.now() - status.oldestDueAgeMs).toISOString();
  return (
    <div className="flex flex-col gap-4">
      {!status.healthy && <Notice tone="warn">{t('queue.awayHint')}</Notice>}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-s">
        <dt className="text-muted">{t('queue.backend')}</dt>
        <dd className="flex items-center gap-2">
          {t(`queue.${status.backend}`)}
          <Badge tone={status.healthy ? 'good' : 'bad'}>{t(status.healthy ? 'queue.healthy' : 'queue.away')}</Badge>
        </dd>
        <dt className="text-muted">{t('queue.due')}</dt>
        <dd className="tabular-nums">{status.dueThreads}</dd>
        <dt className="text-muted">{t('queue.oldest')}</dt>
        <dd>{status.dueThreads === 0 ? t('queue.oldestNone') : <Ago at={oldestAt} />}</dd>
      </dl>
      {status.mailboxes !== null && status.mailboxes.length > 0 && (
        <table className="w-full text-s tabular-nums" aria-label={t('queue.mailboxes')}>
          <thead>
            <tr className="border-b border-line text-start text-xs text-muted">
              {(['shard', 'waiting', 'active', 'failed'] as const).map((name) => (
                <th key={name} scope="col" className="py-1.5 text-start font-medium">
                  {t(`queue.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {status.mailboxes.map(({ shard, waiting, active, failed }) => (
              <tr key={shard} className="border-b border-line last:border-b-0">
                <th scope="row" className="py-1.5 text-start font-normal">
                  {shard}
                </th>
                <td>{waiting}</td>
                <td>{active}</td>
                <td>{failed}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Processes({ status }: { status: QueueStatus }): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  return (
    <Card title={t('queue.processes')} lead={t('queue.processesLead')}>
      <ul className="flex flex-col rounded-lg border border-line">
        {status.instances.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-1.5 text-s font-medium">
                {one.roles.map((role) => (
                  <Badge key={role}>{role}</Badge>
                ))}
                {one.heartbeatAgeMs > SILENT_MS && <Badge tone="bad">{t('queue.silent')}</Badge>}
              </p>
              <p className="truncate text-xs text-muted">
                {t('queue.process', { pid: String(one.pid), host: one.host, version: one.version })} ·{' '}
                {t('queue.started')} <Ago at={one.startedAt} />
              </p>
            </div>
            <span className="text-xs text-muted tabular-nums">
              {t('queue.heartbeat', { seconds: Math.round(one.heartbeatAgeMs / 1_000) })}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
