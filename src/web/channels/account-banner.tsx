import { useQuery } from '@tanstack/react-query';
import { Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Account } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { channelName } from '../components/channel-mark.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';
import { Link } from '../router/router.tsx';
import { accountsQuery } from './accounts-query.ts';
import { useSince } from './since.ts';

/** Says which of our accounts do not receive. Quiet otherwise, and when nobody can tell. */
export function AccountBanner(): ReactNode {
  const t = useText();
  const sinceWhen = useSince();
  const { session } = useDesk();
  const accounts = useQuery(accountsQuery);
  const critical = (accounts.data ?? []).filter((one) => one.severity === 'critical');
  if (critical.length === 0) return null;
  const timeOf = ({ since }: Account): string => (since === null ? '—' : sinceWhen(since));
  return (
    <Notice
      tone="bad"
      className="rounded-none"
      icon={<Unplug size={14} aria-hidden />}
      actions={
        session.agent.role === 'agent' ? undefined : (
          <Link to={{ page: 'settings', section: 'channels' }} className="font-medium underline">
            {t('channels.seeWhy')}
          </Link>
        )
      }
    >
      {critical.map((one) => (
        <p key={one.id}>
          {t('channels.notReceiving', {
            channel: channelName(one.channel),
            name: one.name ?? one.id,
            time: timeOf(one),
          })}
        </p>
      ))}
    </Notice>
  );
}
