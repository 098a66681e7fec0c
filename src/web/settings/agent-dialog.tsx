import { type FormEvent, type ReactNode, useState } from 'react';
import { addAgent, changeAgent } from '../api/calls.ts';
import { type ApiFailure, asFailure } from '../api/failure.ts';
import type { Agent, Role } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';
import { useCatalogue } from '../i18n/text.ts';
import { settingsCatalogue } from './catalogue.ts';

const ROLES: readonly Role[] = ['agent', 'lead', 'admin'];

/** Adds somebody, or changes what they may do. */
export function AgentDialog(props: { agent: Agent | null; onClose(): void; onSaved(): void }): ReactNode {
  const { agent, onClose, onSaved } = props;
  const t = useCatalogue(settingsCatalogue);
  const { session } = useDesk();
  const [name, setName] = useState(agent?.name ?? '');
  const [email, setEmail] = useState(agent?.email ?? '');
  const [role, setRole] = useState<Role>(agent?.role ?? 'agent');
  const [teamIds, setTeamIds] = useState<readonly string[]>(agent?.teamIds ?? []);
  const [password, setPassword] = useState('');
  const [disabled, setDisabled] = useState(agent !== null && agent.disabledAt !== null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [busy, setBusy] = useState(false);

  const save = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const teams = [...teamIds];
    const request =
      agent === null
        ? addAgent({ name, email, role, password, teamIds: teams })
        : changeAgent(agent.id, { name, role, teamIds: teams, disabled, ...(password === '' ? {} : { password }) });
    request
      .then(
        () => {
          onSaved();
          onClose();
        },
        (thrown: unknown) => setFailure(asFailure(thrown)),
      )
      .finally(() => setBusy(false));
  };
  const wrong = (path: string): string | undefined => failure?.fields.find((one) => one.path.endsWith(path))?.message;

  return (
    <Dialog
      title={agent === null ? t('people.add') : t('people.changeWhom', { name: agent.name })}
      closeLabel={t('common.close')}
      onClose={onClose}
    >
      <form onSubmit={save} className="flex flex-col gap-3.5">
        {failure !== null && (
          <Notice tone="bad" urgent>
            <FailureWords failure={failure} />
          </Notice>
        )}
        <TextField
          label={t('people.name')}
          required
          value={name}
          error={wrong('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t('people.email')}
          type="email"
          autoComplete="off"
          required
          disabled={agent !== null}
          value={email}
          error={wrong('email')}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label={t('people.role')}
          hint={t(`roleHint.${role}`)}
          value={role}
          onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? 'agent')}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`roleName.${one}`)}
            </option>
          ))}
        </SelectField>
        {session.teams.length > 0 && (
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1 text-s font-medium">{t('people.teams')}</legend>
            {session.teams.map((team) => (
              <CheckField
                key={team.id}
                label={team.name}
                checked={teamIds.includes(team.id)}
                onChange={(event) =>
                  setTeamIds(event.target.checked ? [...teamIds, team.id] : teamIds.filter((one) => one !== team.id))
                }
              />
            ))}
          </fieldset>
        )}
        <TextField
          label={agent === null ? t('people.password') : t('people.newPassword')}
          hint={t('settings.passwordHint')}
          type="password"
          autoComplete="new-password"
          minLength={10}
          required={agent === null}
          value={password}
          error={wrong('password')}
          onChange={(event) => setPassword(event.target.value)}
        />
        {agent !== null && agent.id !== session.agent.id && (
          <CheckField
            label={t('people.disable')}
            hint={t('people.disableHint')}
            checked={disabled}
            onChange={(event) => setDisabled(event.target.checked)}
          />
        )}
        <Button type="submit" look="primary" disabled={busy} className="mt-1 self-start">
          {agent === null ? t('people.add') : t('settings.save')}
        </Button>
      </form>
    </Dialog>
  );
}
