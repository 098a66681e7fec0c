import { Plus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { useWords } from './words.ts';

/** Han and Hangul names are short as they are; of others the first name will do. */
function briefName(name: string): string {
  return name.split(' ')[0] ?? name;
}

/** Who writes: one of the customers, or somebody new. */
export function PersonPicker<Id extends string | number>(props: {
  /** What is chosen, for those who do not see it. */
  label: string;
  addLabel: string;
  people: readonly { id: Id; name: string; language?: string }[];
  chosen: Id;
  unread: ReadonlyMap<Id, number>;
  onChoose(id: Id): void;
  onAdd(): void;
}): ReactNode {
  const t = useWords();
  const name = useId();
  return (
    <div className="flex shrink-0 items-start gap-1">
      <fieldset className="min-w-0 flex-1 overflow-x-auto">
        <legend className="sr-only">{props.label}</legend>
        <div className="flex gap-0.5 py-0.5">
          {props.people.map((person) => {
            const fresh = props.unread.get(person.id) ?? 0;
            return (
              <label
                key={person.id}
                title={person.name}
                className={classNames(
                  'relative flex w-13 shrink-0 flex-col items-center gap-1 rounded-md px-1 py-1.5 text-2xs text-muted transition-colors hover:bg-hover',
                  'has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text',
                  'has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus',
                )}
              >
                <input
                  type="radio"
                  name={name}
                  value={person.id}
                  checked={person.id === props.chosen}
                  onChange={() => props.onChoose(person.id)}
                  aria-label={fresh === 0 ? person.name : t('phone.unread', { name: person.name, count: fresh })}
                  className="sr-only"
                />
                <Avatar name={person.name} id={`phone-${person.id}`} />
                <span lang={person.language} aria-hidden className="max-w-full truncate">
                  {briefName(person.name)}
                </span>
                {fresh > 0 && (
                  <span
                    aria-hidden
                    className="absolute end-1.5 top-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-2xs font-semibold text-on-accent tabular-nums"
                  >
                    {fresh}
                  </span>
                )}
              </label>
            );
          })}
        </div>
      </fieldset>
      <IconButton label={props.addLabel} tipAlign="end" onClick={props.onAdd} className="mt-2">
        <Plus aria-hidden size={16} />
      </IconButton>
    </div>
  );
}
