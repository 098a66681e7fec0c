import type { ReactNode } from 'react';

/** Keys of a shortcut, such as `G M` or `Ctrl Enter`: one cap each. `drawn`: for the eye alone. */
export function Keys({ keys, drawn }: { keys: string; drawn?: boolean }): ReactNode {
  return (
    <span className="inline-flex gap-0.5">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          data-key={drawn === true ? key : undefined}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line bg-sunken px-1 font-sans text-2xs text-muted data-key:before:content-[attr(data-key)]"
        >
          {drawn === true ? null : key}
        </kbd>
      ))}
    </span>
  );
}
