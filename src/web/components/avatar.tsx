import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { hueOf, initialsOf } from './initials.ts';

/** A person as initials on a tint that stays the same for the same id. Decoration: the name stands beside it. */
export function Avatar(props: { name: string; id: string; size?: 's' | 'm' | 'l'; square?: boolean }): ReactNode {
  const hue = hueOf(props.id);
  return (
    <span
      aria-hidden
      style={{
        background: `light-dark(oklch(0.92 0.045 ${hue}), oklch(0.36 0.055 ${hue}))`,
        color: `light-dark(oklch(0.38 0.09 ${hue}), oklch(0.9 0.06 ${hue}))`,
      }}
      className={classNames(
        'inline-flex shrink-0 select-none items-center justify-center font-semibold',
        props.square === true ? 'rounded-md' : 'rounded-full',
        { s: 'size-5 text-[0.5625rem]', m: 'size-8 text-xs', l: 'size-9 text-s' }[props.size ?? 'm'],
      )}
    >
      {initialsOf(props.name)}
    </span>
  );
}
