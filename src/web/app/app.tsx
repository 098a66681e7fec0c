import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react';
import { fetchSession, fetchWelcome } from '../api/calls.ts';
import { carryCsrfToken, whenSessionChanged, whenSignedOut } from '../api/client.ts';
import { ApiFailure, asFailure } from '../api/failure.ts';
import type { Session } from '../api/model.ts';
import { Trouble } from '../components/trouble.tsx';
import { useText } from '../i18n/text.ts';
import { InboxPage } from '../inbox/inbox-page.tsx';
import { listenToKeys } from '../keyboard/commands.ts';
import { useRoute } from '../router/router.tsx';
import { SignInPage } from '../sign-in/sign-in-page.tsx';
import { AnnouncementRegion } from './announcement-region.tsx';
import { DeskProvider } from './desk.tsx';
import { Shell } from './shell.tsx';

const SettingsPage = lazy(() => import('../settings/settings-page.tsx'));
const SESSION_KEY = ['session'];

async function sessionOrNull(): Promise<Session | null> {
  try {
    const session = await fetchSession();
    carryCsrfToken(session.csrfToken);
    return session;
  } catch (thrown) {
    if (thrown instanceof ApiFailure && thrown.status === 401) return null;
    throw thrown;
  }
}

/** Who is here decides what is shown: the sign-in page, or the desk. */
export function App(): ReactNode {
  const t = useText();
  const queries = useQueryClient();
  const session = useQuery({ queryKey: SESSION_KEY, queryFn: sessionOrNull });
  const welcome = useQuery({ queryKey: ['welcome'], queryFn: fetchWelcome });
  const [signedOut, setSignedOut] = useState(false);
  const endedElsewhere = useCallback(() => setSignedOut(true), []);

  useEffect(() => listenToKeys(), []);
  useEffect(() => whenSignedOut(endedElsewhere), [endedElsewhere]);
  // Signed in anew in another tab: with the session's new token everything goes on, and another agent gets a desk of their own.
  const { refetch } = session;
  useEffect(() => whenSessionChanged(() => void refetch()), [refetch]);

  const signedIn = (next: Session): void => {
    carryCsrfToken(next.csrfToken);
    // Nothing of whoever was here before.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'welcome' });
    setSignedOut(false);
    queries.setQueryData(SESSION_KEY, next);
  };
  const leave = useCallback(() => {
    setSignedOut(false);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'welcome' && queryKey[0] !== 'session' });
    queries.setQueryData(SESSION_KEY, null);
  }, [queries]);

  const sandbox = session.data?.sandbox ?? welcome.data?.sandbox ?? false;
  let page: ReactNode = null;
  if (session.data === undefined) {
    if (session.isError) {
      page = (
        <main className="h-full">
          <h1 className="sr-only">{t('page.title')}</h1>
          <Trouble failure={asFailure(session.error)} onRetry={() => void session.refetch()} />
        </main>
      );
    }
  } else if (session.data === null) {
    page = <SignInPage welcome={welcome.data ?? null} onSignedIn={signedIn} />;
  } else {
    page = (
      <DeskProvider
        key={session.data.agent.id}
        session={session.data}
        readOnly={signedOut}
        onSignedOut={endedElsewhere}
      >
        <Pages onLeave={leave} />
      </DeskProvider>
    );
  }
  return (
    <>
      <Shell sandbox={sandbox}>{page}</Shell>
      <AnnouncementRegion />
    </>
  );
}

function Pages({ onLeave }: { onLeave(): void }): ReactNode {
  const route = useRoute();
  if (route.page === 'inbox') return <InboxPage route={route} onLeave={onLeave} />;
  return (
    <Suspense fallback={null}>
      <SettingsPage section={route.section} onLeave={onLeave} />
    </Suspense>
  );
}
