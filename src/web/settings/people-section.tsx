import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { fetchAgents } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { Agent } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { Avatar } from '../components/avatar.tsx';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Trouble } from '../components/trouble.tsx';
import { useCatalogue } from '../i18n/text.ts';
import { AgentDialog } from './agent-dialog.tsx';
import { settingsCatalogue } from './catalogue.ts';

/** Who works here, with which role and in which teams. */
export function PeopleSection(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { session, readOnly } = useDesk();
  const agents = useQuery({ queryKey: ['agents'], queryFn: fetchAgents, staleTime: 0 });
  const [editing, setEditing] = useState<Agent | 'new' | null>(null);
  const teamName = (id: string): string => session.teams.find((team) => team.id === id)?.name ?? id;
  if (agents.isError) return <Trouble failure={asFailure(agents.error)} onRetry={() => void agents.refetch()} />;
  return (
    <>
      <div className="-mt-4 flex items-center justify-between gap-3">
        <p className="text-s text-muted">{t('people.lead')}</p>
        <Button
          look="primary"
          disabled={readOnly}
          icon={<UserPlus size={14} aria-hidden />}
          onClick={() => setEditing('new')}
        >
          {t('people.add')}
        </Button>
      </div>
      <ul className="flex flex-col rounded-lg border border-line">
        {(agents.data ?? []).map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3 last:border-b-0">
            <Avatar name={one.name} id={one.id} />
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2 text-s font-medium">
                <span className="truncate">{one.name}</span>
                <Badge tone={one.role === 'admin' ? 'accent' : 'neutral'}>{t(`roleName.${one.role}`)}</Badge>
                {one.disabledAt !== null && <Badge tone="bad">{t('people.disabled')}</Badge>}
              </p>
              <p className="truncate text-xs text-muted">
                {one.email} · {one.teamIds.length === 0 ? t('people.noTeam') : one.teamIds.map(teamName).join(', ')}
              </p>
            </div>
            <Button
              size="s"
              disabled={readOnly}
              aria-label={t('people.changeWhom', { name: one.name })}
              onClick={() => setEditing(one)}
            >
              {t('people.change')}
            </Button>
          </li>
        ))}
      </ul>
      {editing !== null && (
        <AgentDialog
          agent={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => void agents.refetch()}
        />
      )}
    </>
  );
}
