import type { ReactNode } from 'react';
import type { Tone } from './badge.tsx';
import { classNames } from './class-names.ts';

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-text',
  accent: 'bg-accent-soft text-accent-text',
  good: 'bg-good-soft text-good-text',
  warn: 'bg-warn-soft text-warn-text',
  bad: 'bg-bad-soft text-bad-text',
};

/** A line the agent should read; `actions` at its end. `urgent` is read out at once. */
export function Notice(props: {
  tone?: Tone;
  icon?: ReactNode;
  urgent?: boolean;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}): ReactNode {
  return (
    <div
      role={props.urgent === true ? 'alert' : 'status'}
      className={classNames(
        'flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md px-3 py-2 text-s',
        TONES[props.tone ?? 'neutral'],
        props.className,
      )}
    >
      {props.icon}
      <div className="min-w-0 flex-1 basis-40">{props.children}</div>
      {props.actions !== undefined && <div className="flex items-center gap-2">{props.actions}</div>}
    </div>
  );
}
