import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { useAfter } from './use-after.ts';

/** A grey bar where text will be. */
export function Bar({ className }: { className?: string }): ReactNode {
  return <div className={classNames('h-3 animate-pulse rounded-sm bg-sunken', className)} />;
}

/** Shows its content only when waiting takes over 150 ms, so that what is quick never flickers. */
export function Patience({ label, children }: { label: string; children: ReactNode }): ReactNode {
  const late = useAfter(150);
  return (
    <div role="status" aria-label={label} className="h-full">
      {late && children}
    </div>
  );
}
