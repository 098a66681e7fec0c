import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Tip } from './tip.tsx';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS: Readonly<Record<Look, string>> = {
  primary: 'bg-accent text-on-accent enabled:hover:bg-accent-hover border-transparent font-medium',
  plain: 'bg-surface text-text border-line enabled:hover:bg-hover font-medium',
  quiet: 'bg-transparent text-muted border-transparent enabled:hover:bg-hover enabled:hover:text-text',
  danger: 'bg-bad-fill text-on-accent border-transparent enabled:hover:brightness-95 font-medium',
};

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  size?: 's' | 'm' | 'l';
  icon?: ReactNode;
}

const SIZES = { s: 'h-6 px-2 text-xs gap-1', m: 'h-7 px-2.5 text-s gap-1.5', l: 'h-9 px-3.5 text-m gap-2' };

/** A button with words. `primary` is used at most once in a pane. */
export function Button({ look = 'plain', size = 'm', icon, className, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(
        'inline-flex shrink-0 select-none items-center justify-center rounded-md border whitespace-nowrap transition-colors',
        'disabled:cursor-default disabled:opacity-55',
        SIZES[size],
        LOOKS[look],
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'title'> {
  /** Read out, and shown on hover and focus. */
  label: string;
  /** Shown beside the label. */
  keys?: string;
  tipSide?: 'top' | 'bottom';
  /** Where the tip is aligned, for buttons near an edge of the window. */
  tipAlign?: 'start' | 'center' | 'end';
}

/** A button that is an icon; it always says what it does. */
export function IconButton({
  label,
  keys,
  tipSide,
  tipAlign,
  className,
  children,
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={classNames(
        'group/tip relative inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted transition-colors',
        'enabled:hover:bg-hover enabled:hover:text-text disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:text-accent-text',
        className,
      )}
    >
      {children}
      <Tip text={label} keys={keys} side={tipSide} align={tipAlign} />
    </button>
  );
}
