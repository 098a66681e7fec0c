import type { ReactNode } from 'react';
import { useNow, useTimes } from './times.ts';

/** How long ago, as short as it gets; the exact moment on hover. Ticks alone. */
export function Ago({ at, className }: { at: string; className?: string }): ReactNode {
  const times = useTimes();
  const nowMs = useNow();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={times.exact(atMs)} className={className}>
      {times.brief(atMs, Math.max(nowMs, atMs))}
    </time>
  );
}
