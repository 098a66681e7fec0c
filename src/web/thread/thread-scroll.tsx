import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import { fetchMessages } from '../api/calls.ts';
import { announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { queries, threadKey } from '../app/queries.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { startOfDay } from '../i18n/times.ts';
import type { Outgoing } from '../outbox/outgoing.ts';
import { firstUnread, layoutThread } from './layout.ts';
import { type LoadedThread, prependOlder, UNREAD_REACH, unreadBefore } from './loaded-thread.ts';
import { ThreadLine } from './thread-line.tsx';

/** Nearer than this to the end counts as being there. */
const AT_END_PX = 80;
/** Older entries are asked for before the top is reached. */
const NEAR_TOP_PX = 400;

/**
 * Everything said, newest at the end. It opens at the end (or where the unread begins), stays there while one is there, and does not
 * move by a pixel when something is added above.
 */
export function ThreadScroll(props: {
  thread: LoadedThread;
  outgoing: readonly Outgoing[];
  unreadAtOpening: number;
  actions: Actions;
  readOnly: boolean;
}): ReactNode {
  const { thread, outgoing, actions, readOnly } = props;
  const t = useText();
  const { session } = useDesk();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const [openedAtSeq] = useState(() => thread.items.at(-1)?.seq ?? 0);
  // Found again when older ones are loaded: there may be more unread than was loaded to open it.
  const { unreadFrom, missing } = useMemo(() => {
    const then = thread.items.filter((one) => one.seq <= openedAtSeq);
    return {
      unreadFrom: firstUnread(then, props.unreadAtOpening),
      missing: unreadBefore(then, props.unreadAtOpening, thread.more),
    };
  }, [thread.items, thread.more, openedAtSeq, props.unreadAtOpening]);
  const lines = useMemo(
    () =>
      layoutThread(thread.items, outgoing, {
        dayOf: startOfDay,
        unreadFrom,
        origins: thread.origins,
        more: thread.more,
      }),
    [thread.items, thread.origins, thread.more, outgoing, unreadFrom],
  );

  const { language, contact: person } = thread.conversation;
  const contact = useMemo(() => ({ id: person.id, language }), [person.id, language]);

  const reachable = thread.items.findLast((one) => one.kind === 'inbound' || one.kind === 'outbound')?.id ?? null;

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  const load = useOlder(thread);
  // Where unread ones are missing, older ones come when they are asked for: else the place would slip away upwards.
  const loadOlder = useCallback(() => {
    if (missing === 0) load();
  }, [load, missing]);
  const toUnread = useRef(true);
  const loadUnread = (): void => {
    toUnread.current = true;
    load(UNREAD_REACH);
  };
  const firstSeq = thread.items[0]?.seq;
  const before = useRef<{ firstSeq: number | undefined; height: number }>({ firstSeq: undefined, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const was = before.current;
    const grown = was.firstSeq !== firstSeq;
    if (was.firstSeq !== undefined && grown && !atEnd.current) {
      element.scrollTop += element.scrollHeight - was.height;
    }
    before.current = { firstSeq, height: element.scrollHeight };
    if (grown && toUnread.current && unreadFrom !== null) {
      toUnread.current = false;
      element.querySelector('[data-unread]')?.scrollIntoView({ block: 'center' });
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    } else if (atEnd.current) toEnd();
  }, [lines, firstSeq, toEnd, unreadFrom]);

  // At the very top nothing scrolls any more that could ask for older ones.
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && element.scrollTop < NEAR_TOP_PX) loadOlder();
  }, [lines, loadOlder]);

  // What the agent sends is always shown.
  const sent = outgoing.length;
  useLayoutEffect(() => {
    if (sent > 0) toEnd();
  }, [sent, toEnd]);

  // The composer grows, the window narrows: the end stays the end.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    watch.observe(element);
    // A film that cannot be played becomes a row, an editor opens: nothing that draws lines anew.
    if (content.current !== null) watch.observe(content.current);
    return () => watch.disconnect();
  }, [toEnd]);

  const scrolled = (): void => {
    const element = scroller.current;
    if (element === null) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    setAway(!atEnd.current);
    if (element.scrollTop < NEAR_TOP_PX) loadOlder();
  };

  return (
    <div className="relative min-h-0 flex-1">
      {/* A region that scrolls is reached by the keyboard. */}
      <div
        ref={scroller}
        onScroll={scrolled}
        role="log"
        aria-label={t('thread.log', { name: thread.conversation.contact.name })}
        aria-live="polite"
        tabIndex={0}
        className="h-full overflow-y-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div ref={content} className="mx-auto flex min-h-full max-w-4xl flex-col justify-end gap-4 px-4 py-5">
          {missing > 0 && (
            <Button size="s" icon={<ArrowUp size={12} aria-hidden />} className="self-center" onClick={loadUnread}>
              {t('thread.earlierUnread', { count: missing })}
            </Button>
          )}
          {!thread.more && <p className="text-center text-2xs text-faint">{t('thread.beginning')}</p>}
          {lines.map((line) => (
            <ThreadLine
              key={line.key}
              line={line}
              session={session}
              actions={actions}
              readOnly={readOnly}
              contact={contact}
              reachable={reachable}
            />
          ))}
        </div>
      </div>
      {away && (
        <Button
          size="s"
          icon={<ArrowDown size={12} aria-hidden />}
          className="absolute start-1/2 bottom-3 -translate-x-1/2 rounded-full shadow-(--shadow-raised) rtl:translate-x-1/2"
          onClick={toEnd}
        >
          {t('thread.toLatest')}
        </Button>
      )}
    </div>
  );
}

/** Asks for the page before what is loaded, one at a time. */
function useOlder(thread: LoadedThread): (limit?: number) => void {
  const loading = useRef(false);
  const { id } = thread.conversation;
  const before = thread.items[0]?.seq;
  const { more } = thread;
  return useCallback(
    (limit?: number) => {
      if (!more || before === undefined || loading.current) return;
      loading.current = true;
      void fetchMessages(id, limit === undefined ? { before } : { before, limit })
        .then((page) =>
          queries.setQueryData<LoadedThread>(threadKey(id), (known) =>
            known === undefined || known.items[0]?.seq !== before ? known : prependOlder(known, page),
          ),
        )
        .catch(announceFailure)
        .finally(() => {
          loading.current = false;
        });
    },
    [id, before, more],
  );
}
