import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

const BOX =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-m text-text placeholder:text-faint transition-colors hover:border-muted ' +
  'aria-invalid:border-bad-text';

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** What is wrong with the value; read out with it. */
  error?: string | undefined;
}

/** A labelled line of text. */
export function TextField({ label, hint, error, className, ...rest }: FieldProps & ComponentProps<'input'>): ReactNode {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-s font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={told === undefined ? undefined : `${id}-told`}
        className={classNames(BOX, 'h-9')}
      />
      {told !== undefined && (
        <p id={`${id}-told`} className={classNames('text-xs', error === undefined ? 'text-muted' : 'text-bad-text')}>
          {told}
        </p>
      )}
    </div>
  );
}

/** A labelled choice of a few. */
export function SelectField({
  label,
  hint,
  error,
  className,
  children,
  ...rest
}: FieldProps & ComponentProps<'select'>): ReactNode {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-s font-medium">
        {label}
      </label>
      <select
        {...rest}
        id={id}
        aria-describedby={told === undefined ? undefined : `${id}-told`}
        className={classNames(BOX, 'h-9')}
      >
        {children}
      </select>
      {told !== undefined && (
        <p id={`${id}-told`} className={classNames('text-xs', error === undefined ? 'text-muted' : 'text-bad-text')}>
          {told}
        </p>
      )}
    </div>
  );
}

/** A box to tick, with its words. */
export function CheckField({
  label,
  hint,
  ...rest
}: { label: string; hint?: string } & ComponentProps<'input'>): ReactNode {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input {...rest} type="checkbox" id={id} className="mt-0.5 size-4 shrink-0 accent-(--accent)" />
      <label htmlFor={id} className="text-s">
        {label}
        {hint !== undefined && <span className="block text-xs text-muted">{hint}</span>}
      </label>
    </div>
  );
}
