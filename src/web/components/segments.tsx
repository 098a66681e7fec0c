import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

/** One of a few, side by side: radio buttons to the keyboard and the screen reader. */
export function Segments<Value extends string>(props: {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string; icon?: ReactNode }[];
  onChange(value: Value): void;
  className?: string;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className={classNames('inline-flex w-fit rounded-md bg-sunken p-0.5', props.className)}>
      <legend className="sr-only">{props.label}</legend>
      {props.choices.map((choice) => (
        <label
          key={choice.value}
          className={classNames(
            'inline-flex h-6 items-center gap-1.5 rounded-sm px-2 text-xs font-medium text-muted transition-colors hover:text-text',
            'has-checked:bg-raised has-checked:text-text has-checked:shadow-xs',
            'has-focus-visible:outline-2 has-focus-visible:outline-focus',
          )}
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === props.value}
            onChange={() => props.onChange(choice.value)}
            className="sr-only"
          />
          {choice.icon}
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
