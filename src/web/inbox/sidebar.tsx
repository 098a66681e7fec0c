import { useQuery } from '@tanstack/react-query';
import { Keyboard } from 'lucide-react';
import type { ReactNode } from 'react';
import { countsQuery } from '../app/queries.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Logo } from '../components/logo.tsx';
import { useText } from '../i18n/text.ts';
import { KEYS_OF } from '../keyboard/keymap.ts';
import { VIEWS, type View } from '../router/route.ts';
import { Link } from '../router/router.tsx';
import { AccountButton } from './account-button.tsx';
import { ViewIcon } from './view-icons.tsx';

/** The views with their counts, and who is signed in. Narrower windows have them in the list's head. */
export function Sidebar(props: { view: View; onLeave(): void; onHelp(): void }): ReactNode {
  const t = useText();
  const { data } = useQuery(countsQuery);
  return (
    <nav
      aria-label={t('page.views')}
      className="hidden w-52 shrink-0 flex-col border-e border-line bg-canvas @5xl/desk:flex"
    >
      <div className="flex h-(--pane-head) items-center gap-2 px-4">
        <Logo />
        <span className="text-m font-semibold tracking-tight">Parley</span>
      </div>
      <ul className="flex flex-1 flex-col gap-px overflow-y-auto px-2 pt-1">
        {VIEWS.map((view) => {
          const counted = data?.views.find((one) => one.view === view);
          return (
            <li key={view}>
              <Link
                to={{ page: 'inbox', view, conversationId: null }}
                aria-current={view === props.view ? 'page' : undefined}
                className={classNames(
                  'group flex h-7.5 items-center gap-2.5 rounded-md px-2 text-s transition-colors',
                  view === props.view ? 'bg-sunken font-medium text-text' : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <ViewIcon view={view} />
                <span className="min-w-0 flex-1 truncate">{t(`view.${view}`)}</span>
                {counted !== undefined && counted.count > 0 && (
                  <span className="text-xs text-muted tabular-nums">
                    {counted.count}
                    {counted.more && '+'}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      <div className="flex items-center gap-1 p-2">
        <AccountButton onLeave={props.onLeave} named />
        <IconButton label={t('page.shortcuts')} keys={KEYS_OF.help} tipSide="top" tipAlign="end" onClick={props.onHelp}>
          <Keyboard size={16} aria-hidden />
        </IconButton>
      </div>
    </nav>
  );
}
