import { MessagesSquare } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useDesk } from '../app/desk.tsx';
import { AccountBanner } from '../channels/account-banner.tsx';
import { Blank } from '../components/blank.tsx';
import { classNames } from '../components/class-names.ts';
import { Keys } from '../components/keys.tsx';
import { useText } from '../i18n/text.ts';
import { useCommand } from '../keyboard/commands.ts';
import { KEYS_OF } from '../keyboard/keymap.ts';
import { ConversationList } from '../list/conversation-list.tsx';
import type { Route } from '../router/route.ts';
import { navigate } from '../router/router.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Sidebar } from './sidebar.tsx';
import { useTitle } from './use-title.ts';
import { ViewBar } from './view-bar.tsx';

const loadThread = () => import('../thread/thread-pane.tsx');
const ThreadPane = lazy(loadThread);
// Nothing that the first paint waits for, and the next thing that is wanted: it comes while the list is fetched.
loadThread().catch(() => undefined);
const ShortcutSheet = lazy(() => import('../keyboard/shortcut-sheet.tsx'));

/** The desk itself: views, the list, and the conversation that is open. Narrow windows show one of list and conversation. */
export function InboxPage(props: { route: Extract<Route, { page: 'inbox' }>; onLeave(): void }): ReactNode {
  const { route, onLeave } = props;
  const { view, conversationId } = route;
  const t = useText();
  const { readOnly } = useDesk();
  const [helping, setHelping] = useState(false);
  useTitle();
  useCommand('help', () => setHelping(true));
  useCommand('go-mine', () => navigate({ page: 'inbox', view: 'mine', conversationId: null }));
  useCommand('go-unassigned', () => navigate({ page: 'inbox', view: 'unassigned', conversationId: null }));
  useCommand('go-all', () => navigate({ page: 'inbox', view: 'all', conversationId: null }));
  useCommand('go-bot', () => navigate({ page: 'inbox', view: 'bot', conversationId: null }));
  useCommand('go-resolved', () => navigate({ page: 'inbox', view: 'resolved', conversationId: null }));
  useCommand('go-settings', () => navigate({ page: 'settings', section: 'you' }));
  const open = conversationId !== null;

  return (
    <div className="@container/desk flex h-full flex-col">
      <header className="sr-only">
        <h1>{t('page.title')}</h1>
      </header>
      <a
        href="#conversation"
        className="sr-only focus:not-sr-only focus:absolute focus:start-2 focus:top-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {t('page.skip')}
      </a>
      <ConnectionBar readOnly={readOnly} onSignIn={onLeave} />
      <AccountBanner />
      <div className="flex min-h-0 flex-1">
        <Sidebar view={view} onLeave={onLeave} onHelp={() => setHelping(true)} />
        <main className="flex min-w-0 flex-1">
          <section
            aria-label={t('page.list')}
            className={classNames(
              'flex w-full min-w-0 flex-col border-e border-line bg-surface @3xl/desk:w-84 @3xl/desk:shrink-0',
              open && 'hidden @3xl/desk:flex',
            )}
          >
            <ViewBar view={view} onLeave={onLeave} onHelp={() => setHelping(true)} />
            <ConversationList key={view} view={view} openId={conversationId} />
          </section>
          <section
            id="conversation"
            tabIndex={-1}
            aria-label={t('page.conversation')}
            className={classNames(
              '@container/thread min-w-0 flex-1 flex-col bg-surface outline-none',
              open ? 'flex' : 'hidden @3xl/desk:flex',
            )}
          >
            {open ? (
              <Suspense fallback={null}>
                <ThreadPane key={conversationId} conversationId={conversationId} view={view} />
              </Suspense>
            ) : (
              <Blank icon={<MessagesSquare size={18} aria-hidden />} title={t('page.nothingOpen')}>
                <span className="inline-flex flex-wrap items-center justify-center gap-1">
                  <Keys keys={KEYS_OF.next} /> <Keys keys={KEYS_OF.previous} /> {t('page.moveHint')}{' '}
                  <Keys keys={KEYS_OF.open} /> {t('page.openHint')} <Keys keys={KEYS_OF.help} /> {t('page.helpHint')}
                </span>
              </Blank>
            )}
          </section>
        </main>
      </div>
      {helping && (
        <Suspense fallback={null}>
          <ShortcutSheet onClose={() => setHelping(false)} />
        </Suspense>
      )}
    </div>
  );
}
