import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { fetchSessions, revokeSession } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import { announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Trouble } from '../components/trouble.tsx';
import { Ago } from '../i18n/moment.tsx';
import { useCatalogue } from '../i18n/text.ts';
import { browserOf } from './browser-name.ts';
import { settingsCatalogue } from './catalogue.ts';

/** Where one is signed in, each with a way to end it. */
export function SessionsSection(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { readOnly } = useDesk();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: fetchSessions, staleTime: 0 });
  const end = (id: string): void => {
    void revokeSession(id)
      .catch(announceFailure)
      .finally(() => void sessions.refetch());
  };
  if (sessions.isError) return <Trouble failure={asFailure(sessions.error)} onRetry={() => void sessions.refetch()} />;
  return (
    <ul className="flex flex-col rounded-lg border border-line">
      {(sessions.data ?? []).map((one) => {
        const { browser, system } = browserOf(one.userAgent);
        return (
          <li key={one.id} className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="truncate text-s font-medium" title={one.userAgent}>
                {browser === null ? t('settings.unknownBrowser') : system === null ? browser : `${browser} · ${system}`}
              </p>
              <p className="text-xs text-muted">
                {one.address} · {t('settings.lastSeen')} <Ago at={one.lastSeenAt} />
              </p>
            </div>
            {one.current ? (
              <Badge tone="good">{t('settings.thisBrowser')}</Badge>
            ) : (
              <Button size="s" disabled={readOnly} onClick={() => end(one.id)}>
                {t('settings.endSession')}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
