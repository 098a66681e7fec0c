import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { countsQuery } from '../app/queries.ts';
import { useText } from '../i18n/text.ts';
import { VIEWS, type View } from '../router/route.ts';
import { navigate } from '../router/router.tsx';
import { AccountButton } from './account-button.tsx';

/** The list's head: the view's name, and where there is no sidebar the choice of views and the account. */
export function ViewBar(props: { view: View; onLeave(): void; onHelp(): void }): ReactNode {
  const t = useText();
  const { data } = useQuery(countsQuery);
  const countOf = (view: View): string => {
    const counted = data?.views.find((one) => one.view === view);
    return counted === undefined || counted.count === 0 ? '' : ` (${counted.count}${counted.more ? '+' : ''})`;
  };
  return (
    <div className="flex h-(--pane-head) shrink-0 items-center justify-between gap-2 ps-3.5 pe-3">
      <h2 className="hidden text-m font-semibold @5xl/desk:block">{t(`view.${props.view}`)}</h2>
      <div className="relative @5xl/desk:hidden">
        <select
          aria-label={t('page.views')}
          value={props.view}
          onChange={(event) => {
            const view = VIEWS.find((one) => one === event.target.value);
            if (view !== undefined) navigate({ page: 'inbox', view, conversationId: null });
          }}
          className="h-8 appearance-none rounded-md bg-transparent ps-1 pe-6 text-m font-semibold hover:bg-hover"
        >
          {VIEWS.map((view) => (
            <option key={view} value={view}>
              {t(`view.${view}`)}
              {countOf(view)}
            </option>
          ))}
        </select>
        <ChevronDown size={14} aria-hidden className="pointer-events-none absolute end-1 top-2.25 text-muted" />
      </div>
      <span className="@5xl/desk:hidden">
        <AccountButton onLeave={props.onLeave} named={false} />
      </span>
    </div>
  );
}
