import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp, CircleCheck, Inbox, Search, X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { fetchList } from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { Conversation } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { listKey, listQuery, queries, threadQuery } from '../app/queries.ts';
import { Blank } from '../components/blank.tsx';
import { Button, IconButton } from '../components/button.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { Trouble } from '../components/trouble.tsx';
import { useText } from '../i18n/text.ts';
import { useCommand } from '../keyboard/commands.ts';
import type { View } from '../router/route.ts';
import { navigate } from '../router/router.tsx';
import { ConversationRow, ownerWords } from './conversation-row.tsx';
import { appendPage, holdOrder, keepOpen, type LoadedList, withFound } from './list-pages.ts';
import { matches } from './matches.ts';
import { publishOrder } from './order.ts';
import { useFound } from './use-found.ts';

const ROW_PX = 64;
/** A pointer that only crosses the list fetches nothing. */
const INTENT_MS = 80;

/** The conversations of a view: as many rows in the page as fit, whatever the list holds. */
export function ConversationList({ view, openId }: { view: View; openId: string | null }): ReactNode {
  const t = useText();
  const { session, drafts } = useDesk();
  const list = useQuery(listQuery(view));
  const [filter, setFilter] = useState('');
  const [pointing, setPointing] = useState(false);
  const [activeId, setActiveId] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);

  const { rows, waiting, catchUp } = useShownRows(view, list.data, openId, pointing);
  const found = useFound(view, filter);
  const shown = useMemo(
    () =>
      withFound(
        rows.filter((one) => matches(one, filter)),
        found,
      ),
    [found, rows, filter],
  );
  useEffect(() => publishOrder(view, shown), [view, shown]);

  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => shown[index]?.id ?? index,
    overscan: 8,
  });
  const lines = virtual.getVirtualItems();
  useNextPage(view, list.data, (lines.at(-1)?.index ?? 0) >= shown.length - 12);

  const teamName = useCallback(
    (id: string) => session.teams.find((team) => team.id === id)?.name ?? id,
    [session.teams],
  );

  const active = Math.max(
    0,
    shown.findIndex((one) => one.id === (activeId ?? openId)),
  );
  const focusRow = (index: number): void => {
    const one = shown[index];
    if (one === undefined) return;
    setActiveId(one.id);
    virtual.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${one.id}"]`)?.focus());
  };
  const move = (by: 1 | -1): void => {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['row'] : undefined;
    // The first key shows where one is; the next ones move.
    focusRow(
      focused === undefined && activeId === null && openId === null
        ? 0
        : Math.min(shown.length - 1, Math.max(0, active + by)),
    );
  };
  useCommand('next', () => move(1), shown.length > 0);
  useCommand('previous', () => move(-1), shown.length > 0);
  useCommand('open', () => {
    const one = shown[active];
    if (one === undefined) return false;
    return navigate({ page: 'inbox', view, conversationId: one.id });
  });
  useCommand('search', () => search.current?.focus());

  const intent = useRef<ReturnType<typeof setTimeout>>(undefined);
  const prefetch = useCallback((id: string) => {
    clearTimeout(intent.current);
    intent.current = setTimeout(() => void queries.prefetchQuery(threadQuery(id)), INTENT_MS);
  }, []);
  const noteFocus = useCallback((id: string) => setActiveId(id), []);

  return (
    <div
      className="flex min-h-0 flex-1 flex-col"
      onPointerEnter={() => setPointing(true)}
      onPointerLeave={() => {
        setPointing(false);
        clearTimeout(intent.current);
      }}
    >
      <div className="relative mx-3 mb-2">
        <Search size={14} aria-hidden className="pointer-events-none absolute start-2 top-2 text-faint" />
        <input
          ref={search}
          type="text"
          role="searchbox"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setFilter('');
            event.currentTarget.blur();
            event.preventDefault();
          }}
          aria-label={t('list.filter')}
          placeholder={t('list.filter')}
          className="h-7.5 w-full rounded-md border border-transparent bg-sunken ps-7.5 pe-7.5 text-s placeholder:text-muted"
        />
        {filter !== '' && (
          <IconButton
            label={t('list.clearFilter')}
            className="absolute end-0.5 top-0.5 size-6.5"
            onClick={() => setFilter('')}
          >
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </div>
      {waiting > 0 && (
        <div className="mx-3 mb-2">
          <Button
            look="quiet"
            size="s"
            icon={<ArrowUp size={12} aria-hidden />}
            className="w-full bg-accent-soft text-accent-text"
            onClick={catchUp}
          >
            {t('list.waiting', { count: waiting })}
          </Button>
        </div>
      )}
      <div
        ref={scroller}
        data-testid="conversations"
        className="min-h-0 flex-1 overflow-y-auto border-t border-line [contain:strict]"
      >
        {list.data === undefined && list.isError && (
          <Trouble failure={asFailure(list.error)} onRetry={() => void list.refetch()} />
        )}
        {list.data === undefined && !list.isError && <ListBars label={t('state.loading')} />}
        {list.data !== undefined && shown.length === 0 && <EmptyList view={view} filtered={filter !== ''} />}
        <ul aria-label={t(`view.${view}`)} className="relative" style={{ height: virtual.getTotalSize() }}>
          {lines.map((line) => {
            const one = shown[line.index];
            if (one === undefined) return null;
            return (
              <li
                key={line.key}
                aria-setsize={list.data?.next === null ? shown.length : -1}
                aria-posinset={line.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${line.start}px)` }}
              >
                <ConversationRow
                  one={one}
                  view={view}
                  open={one.id === openId}
                  reachable={line.index === active}
                  draft={one.id === openId ? '' : beginningOf(drafts.read(one.id))}
                  ownerLabel={ownerWords(one, session.agent.id, teamName, t)}
                  onFocus={noteFocus}
                  onIntent={prefetch}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function beginningOf(draft: { reply: string; note: string }): string {
  return (draft.reply.trim() || draft.note.trim()).slice(0, 140);
}

/** Fresh rows, in an order that does not move under the pointer. */
function useShownRows(
  view: View,
  list: LoadedList | undefined,
  openId: string | null,
  pointing: boolean,
): { rows: readonly Conversation[]; waiting: number; catchUp(): void } {
  const fresh = useMemo(() => list?.items ?? [], [list]);
  const [held, setHeld] = useState<{ view: View; order: readonly string[] } | null>(null);
  const kept = useRef<{ conversation: Conversation; index: number } | null>(null);
  const order = useRef<readonly string[]>([]);

  useLayoutEffect(() => {
    setHeld(pointing ? { view, order: order.current } : null);
  }, [pointing, view]);

  const result =
    held === null || held.view !== view || held.order.length === 0
      ? { rows: fresh, waiting: 0 }
      : holdOrder(held.order, fresh);
  const rows = keepOpen(result.rows, openId !== null && kept.current?.conversation.id === openId ? kept.current : null);

  useEffect(() => {
    order.current = rows.map((one) => one.id);
    const index = rows.findIndex((one) => one.id === openId);
    const conversation = rows[index];
    if (conversation !== undefined) kept.current = { conversation, index };
  });
  return { ...result, rows, catchUp: () => setHeld(null) };
}

/** Loads the next page once the end is near. */
function useNextPage(view: View, list: LoadedList | undefined, near: boolean): void {
  const next = list?.next ?? null;
  useEffect(() => {
    if (!near || next === null) return;
    let current = true;
    void fetchList(view, next).then(
      (page) => {
        if (!current) return;
        queries.setQueryData<LoadedList>(listKey(view), (known) =>
          known === undefined || known.next !== next ? known : appendPage(known, page),
        );
      },
      // The end is reached again by the next scroll or push; what is loaded stays.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [view, next, near]);
}

function ListBars({ label }: { label: string }): ReactNode {
  return (
    <Patience label={label}>
      {[62, 40, 55, 70, 48, 58].map((width) => (
        <div key={width} className="flex h-(--row-height) items-center gap-2.5 border-b border-line px-3.5">
          <Bar className="size-8 rounded-full" />
          <div className="flex flex-1 flex-col gap-1.5">
            <Bar className="w-2/5" />
            <div style={{ width: `${width}%` }}>
              <Bar />
            </div>
          </div>
        </div>
      ))}
    </Patience>
  );
}

function EmptyList({ view, filtered }: { view: View; filtered: boolean }): ReactNode {
  const t = useText();
  if (filtered) {
    return (
      <Blank icon={<Search size={18} aria-hidden />} title={t('empty.filtered')}>
        {t('empty.filteredHint')}
      </Blank>
    );
  }
  const icon = view === 'resolved' ? <CircleCheck size={18} aria-hidden /> : <Inbox size={18} aria-hidden />;
  return (
    <Blank icon={icon} title={t(`empty.${view}`)}>
      {t(`empty.${view}Hint`)}
    </Blank>
  );
}
