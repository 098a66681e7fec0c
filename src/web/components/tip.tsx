import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Keys } from './keys.tsx';

const ALIGN = { start: 'start-0', center: 'start-1/2 -translate-x-1/2', end: 'end-0' };

/**
 * A tip of a `group/tip` parent, by CSS alone: shown on hover after a moment and on keyboard focus. For the eye; the parent says the
 * same by its label, so the words are drawn and are no text of the page.
 */
export function Tip(props: {
  text: string;
  keys?: string | undefined;
  side?: 'top' | 'bottom' | undefined;
  align?: 'start' | 'center' | 'end' | undefined;
}): ReactNode {
  return (
    <span
      aria-hidden
      className={classNames(
        'pointer-events-none absolute z-30 hidden w-max max-w-60 items-center gap-1.5 rounded-md border border-line bg-raised px-2 py-1 text-xs',
        'font-normal text-text shadow-(--shadow-raised) group-hover/tip:flex group-focus-visible/tip:flex',
        'transition-[opacity,display] transition-discrete delay-300 opacity-0 starting:opacity-0 group-hover/tip:opacity-100 group-focus-visible/tip:opacity-100',
        props.side === 'top' ? 'bottom-full mb-1.5' : 'top-full mt-1.5',
        ALIGN[props.align ?? 'center'],
      )}
    >
      <span data-tip={props.text} className="before:content-[attr(data-tip)]" />
      {props.keys !== undefined && <Keys keys={props.keys} drawn />}
    </span>
  );
}
