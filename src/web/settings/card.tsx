import type { ReactNode } from 'react';

/** A group of settings under a heading. */
export function Card(props: { title: string; lead?: string; action?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <section className="flex flex-col gap-4">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="text-m font-semibold">{props.title}</h2>
          {props.lead !== undefined && <p className="text-s text-muted">{props.lead}</p>}
        </div>
        {props.action}
      </header>
      {props.children}
    </section>
  );
}
