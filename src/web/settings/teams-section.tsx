import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { addTeam, changeTeam, fetchTeams } from '../api/calls.ts';
import { type ApiFailure, asFailure } from '../api/failure.ts';
import type { Team } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { queries } from '../app/queries.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { TextField } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';
import { Trouble } from '../components/trouble.tsx';
import { useCatalogue } from '../i18n/text.ts';
import { settingsCatalogue } from './catalogue.ts';

/** The queues that conversations wait in. */
export function TeamsSection(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { readOnly } = useDesk();
  const teams = useQuery({ queryKey: ['teams'], queryFn: fetchTeams, staleTime: 0 });
  const [editing, setEditing] = useState<Team | 'new' | null>(null);
  if (teams.isError) return <Trouble failure={asFailure(teams.error)} onRetry={() => void teams.refetch()} />;
  return (
    <>
      <div className="-mt-4 flex items-center justify-between gap-3">
        <p className="text-s text-muted">{t('teams.lead')}</p>
        <Button
          look="primary"
          disabled={readOnly}
          icon={<Plus size={14} aria-hidden />}
          onClick={() => setEditing('new')}
        >
          {t('teams.add')}
        </Button>
      </div>
      <ul className="flex flex-col rounded-lg border border-line">
        {(teams.data ?? []).map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="text-s font-medium">{one.name}</p>
              <p className="text-xs text-muted">
                {one.id}
                {one.languages.length > 0 && ` · ${one.languages.join(', ')}`}
              </p>
            </div>
            {one.fromFile ? (
              <Badge>{t('teams.fromFile')}</Badge>
            ) : (
              <Button
                size="s"
                disabled={readOnly}
                aria-label={t('people.changeWhom', { name: one.name })}
                onClick={() => setEditing(one)}
              >
                {t('people.change')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {editing !== null && (
        <TeamDialog
          team={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            void teams.refetch();
            void queries.invalidateQueries({ queryKey: ['session'] });
          }}
        />
      )}
    </>
  );
}

function TeamDialog(props: { team: Team | null; onClose(): void; onSaved(): void }): ReactNode {
  const { team, onClose, onSaved } = props;
  const t = useCatalogue(settingsCatalogue);
  const [id, setId] = useState(team?.id ?? '');
  const [name, setName] = useState(team?.name ?? '');
  const [languages, setLanguages] = useState(team?.languages.join(', ') ?? '');
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setFailure(null);
    const chosen = { name, languages: languages.split(/[\s,]+/).filter((one) => one !== '') };
    const request = team === null ? addTeam({ id, ...chosen }) : changeTeam(team.id, chosen);
    request.then(
      () => {
        onSaved();
        onClose();
      },
      (thrown: unknown) => setFailure(asFailure(thrown)),
    );
  };
  return (
    <Dialog
      title={team === null ? t('teams.add') : t('people.changeWhom', { name: team.name })}
      closeLabel={t('common.close')}
      onClose={onClose}
    >
      <form onSubmit={save} className="flex flex-col gap-3.5">
        {failure !== null && (
          <Notice tone="bad" urgent>
            <FailureWords failure={failure} />
          </Notice>
        )}
        <TextField label={t('people.name')} required value={name} onChange={(event) => setName(event.target.value)} />
        <TextField
          label={t('teams.id')}
          hint={t('teams.idHint')}
          required
          pattern="[a-z0-9]([a-z0-9_\-]{0,30}[a-z0-9])?"
          disabled={team !== null}
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
        <TextField
          label={t('teams.languages')}
          hint={t('teams.languagesHint')}
          value={languages}
          onChange={(event) => setLanguages(event.target.value)}
        />
        <Button type="submit" look="primary" className="mt-1 self-start">
          {team === null ? t('teams.add') : t('settings.save')}
        </Button>
      </form>
    </Dialog>
  );
}
