import type { ReactNode } from 'react';

/** What a pane shows that has nothing to show: why, and what to do. */
export function Blank(props: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 p-8 text-center">
      {props.icon !== undefined && (
        <div className="mb-2 flex size-10 items-center justify-center rounded-lg bg-sunken text-muted">
          {props.icon}
        </div>
      )}
      <p className="text-m font-medium">{props.title}</p>
      {props.children !== undefined && <div className="max-w-72 text-s text-muted text-pretty">{props.children}</div>}
      {props.action !== undefined && <div className="mt-3">{props.action}</div>}
    </div>
  );
}
