import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';

/**
 * A dialog over the page: the browser's own, which keeps the focus inside, makes the rest inert, ends on Escape and gives the focus
 * back. Mount it to open it.
 */
export function Dialog(props: {
  title: string;
  closeLabel: string;
  onClose(): void;
  wide?: boolean;
  children: ReactNode;
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // The browser would take the first button, which closes it again.
    dialog?.querySelector<HTMLElement>('input:enabled, select:enabled, textarea:enabled')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === ref.current) props.onClose();
      }}
      className={classNames(
        'm-auto max-h-[min(40rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] overflow-hidden rounded-lg border border-line bg-raised p-0 shadow-(--shadow-raised)',
        props.wide === true ? 'max-w-3xl' : 'max-w-md',
      )}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex items-center justify-between border-b border-line py-2 ps-4 pe-2">
          <h2 id={titleId} className="text-m font-semibold">
            {props.title}
          </h2>
          <IconButton label={props.closeLabel} keys="Esc" tipAlign="end" onClick={props.onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{props.children}</div>
      </div>
    </dialog>
  );
}
