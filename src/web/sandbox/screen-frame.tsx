import { Ban, CircleSlash } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { useWords } from './words.ts';

/** What a simulated chat looks like on every channel: whom one writes to, what was written, newest in sight, and where one writes. */
export function ScreenFrame(props: {
  label: string;
  logLabel: string;
  /** As round as a phone. */
  round?: boolean;
  /** What it is known by at a glance; null: it is a place, and nobody in particular. */
  mark: ReactNode;
  title: ReactNode;
  hint: string;
  /** Null: nobody can be blocked there. */
  blocking: { blocked: boolean; onChange(blocked: boolean): void } | null;
  empty: string;
  /** How many entries there are; a new one scrolls into sight. */
  count: number;
  /** Whether it can be seen; what cannot does not scroll. */
  shown: boolean;
  composer: ReactNode;
  children: ReactNode;
}): ReactNode {
  const { blocking, count, shown, round = false } = props;
  const t = useWords();
  const end = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const log = end.current?.parentElement;
    if (log !== null && log !== undefined && count > 0 && shown) log.scrollTop = log.scrollHeight;
  }, [count, shown]);
  return (
    <section
      aria-label={props.label}
      className={classNames(
        'flex min-h-0 flex-1 flex-col overflow-hidden border-line bg-surface shadow-(--shadow-raised)',
        round ? 'rounded-[1.75rem] border-4' : 'rounded-lg border',
      )}
    >
      <header
        className={classNames(
          'flex shrink-0 items-center gap-2.5 border-b border-line px-3.5',
          round ? 'py-2.5' : 'py-2',
        )}
      >
        {props.mark}
        <div className="min-w-0 flex-1">
          <p className="truncate text-m font-semibold">{props.title}</p>
          <p className="truncate text-xs text-muted">{props.hint}</p>
        </div>
        {blocking !== null && (
          <IconButton
            label={blocking.blocked ? t('phone.unblock') : t('phone.block')}
            tipAlign="end"
            aria-pressed={blocking.blocked}
            onClick={() => blocking.onChange(!blocking.blocked)}
          >
            {blocking.blocked ? <CircleSlash aria-hidden size={16} /> : <Ban aria-hidden size={16} />}
          </IconButton>
        )}
      </header>
      <div
        role="log"
        aria-label={props.logLabel}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        className={classNames(
          'flex min-h-0 flex-1 flex-col overflow-y-auto bg-canvas py-3 focus-visible:-outline-offset-2',
          round ? 'gap-1.5 px-3' : 'gap-1 px-2',
        )}
      >
        {count === 0 && <p className="m-auto max-w-60 text-center text-s text-muted">{props.empty}</p>}
        {props.children}
        <div ref={end} />
      </div>
      {props.composer}
    </section>
  );
}
