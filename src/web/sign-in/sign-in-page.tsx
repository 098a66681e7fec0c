import { KeyRound } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { signIn } from '../api/calls.ts';
import { type ApiFailure, asFailure } from '../api/failure.ts';
import type { Session, Welcome } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { FailureWords } from '../components/failure-words.tsx';
import { TextField } from '../components/field.tsx';
import { Logo } from '../components/logo.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';

/** What went wrong, in words for somebody who is not in yet. */
function SignInFailure({ failure }: { failure: ApiFailure }): ReactNode {
  const t = useText();
  if (failure.status === 429) {
    const minutes = Math.max(1, Math.ceil((failure.retryAfterMs ?? 60_000) / 60_000));
    return t('signIn.tooMany', { minutes });
  }
  if (failure.status === 401 || failure.status === 400) return t('signIn.wrong');
  return <FailureWords failure={failure} />;
}

/** Who are you? In the sandbox one click is enough. */
export function SignInPage(props: { welcome: Welcome | null; onSignedIn(session: Session): void }): ReactNode {
  const { welcome, onSignedIn } = props;
  const t = useText();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const demo = welcome?.demo ?? null;

  const enter = (as: { email: string; password: string }): void => {
    setBusy(true);
    setFailure(null);
    signIn(as.email.trim(), as.password)
      .then(onSignedIn, (thrown: unknown) => setFailure(asFailure(thrown)))
      .finally(() => setBusy(false));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enter({ email, password });
  };

  return (
    <main className="flex h-full flex-col items-center overflow-y-auto bg-canvas px-4 py-12">
      <div className="my-auto flex w-full max-w-88 flex-col gap-5">
        <header className="flex flex-col gap-3">
          <Logo size={36} />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">{t('signIn.title')}</h1>
            <p className="text-s text-muted">{t('signIn.lead')}</p>
          </div>
        </header>
        {failure !== null && (
          <Notice tone="bad" urgent>
            <SignInFailure failure={failure} />
            {failure.requestId !== undefined && failure.status >= 500 && (
              <span className="block font-mono text-2xs">{t('failure.request', { id: failure.requestId })}</span>
            )}
          </Notice>
        )}
        <form onSubmit={submit} className="flex flex-col gap-3.5">
          <TextField
            label={t('signIn.email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label={t('signIn.password')}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button type="submit" look="primary" size="l" disabled={busy} className="mt-1 w-full">
            {busy ? t('signIn.busy') : t('signIn.enter')}
          </Button>
        </form>
        {demo !== null && (
          <section
            aria-label={t('signIn.demo')}
            className="flex flex-col gap-2.5 rounded-lg border border-line bg-surface p-4"
          >
            <p className="text-s text-muted">{t('signIn.demoHint', { email: demo.email })}</p>
            <Button size="l" icon={<KeyRound size={15} aria-hidden />} disabled={busy} onClick={() => enter(demo)}>
              {t('signIn.demo')}
            </Button>
          </section>
        )}
      </div>
    </main>
  );
}
