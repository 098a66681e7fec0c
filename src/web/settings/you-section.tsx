import { type FormEvent, type ReactNode, useState } from 'react';
import { changePassword } from '../api/calls.ts';
import { type ApiFailure, asFailure } from '../api/failure.ts';
import { announce } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { Button } from '../components/button.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { CheckField, TextField } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';
import { Segments } from '../components/segments.tsx';
import { chooseLanguage, LANGUAGE_NAMES } from '../i18n/languages.ts';
import { useCatalogue } from '../i18n/text.ts';
import { changePreferences, LANGUAGES, THEMES, usePreferences } from '../preferences/preferences.ts';
import { Card } from './card.tsx';
import { settingsCatalogue } from './catalogue.ts';

/** How the page looks and behaves for oneself, and one's password. */
export function YouSection(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { session } = useDesk();
  const chosen = usePreferences();
  return (
    <>
      <p className="-mt-6 text-s text-muted">
        {session.agent.name} · {session.agent.email} · {t(`roleName.${session.agent.role}`)}
      </p>
      <Card title={t('settings.appearance')} lead={t('settings.appearanceLead')}>
        <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
          <Segments
            label={t('account.theme')}
            value={chosen.theme}
            choices={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
            onChange={(theme) => changePreferences({ theme })}
          />
          <Segments
            label={t('account.language')}
            value={chosen.language}
            choices={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
            onChange={chooseLanguage}
          />
        </div>
        <CheckField
          label={t('settings.enterSends')}
          hint={t('settings.enterSendsHint')}
          checked={chosen.enterSends}
          onChange={(event) => changePreferences({ enterSends: event.target.checked })}
        />
      </Card>
      <PasswordCard />
    </>
  );
}

function PasswordCard(): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { readOnly } = useDesk();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [busy, setBusy] = useState(false);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    changePassword(current, next)
      .then(
        () => {
          setCurrent('');
          setNext('');
          announce(t('settings.passwordChanged'));
        },
        (thrown: unknown) => setFailure(asFailure(thrown)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <Card title={t('settings.password')} lead={t('settings.passwordLead')}>
      <form onSubmit={save} className="flex max-w-80 flex-col gap-3.5">
        {failure !== null && (
          <Notice tone="bad" urgent>
            <FailureWords failure={failure} />
          </Notice>
        )}
        <TextField
          label={t('settings.currentPassword')}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={t('settings.newPassword')}
          hint={t('settings.passwordHint')}
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <Button type="submit" disabled={busy || readOnly} className="self-start">
          {t('settings.changePassword')}
        </Button>
      </form>
    </Card>
  );
}
