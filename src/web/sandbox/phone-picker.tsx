import { Plus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import type { Phone } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** Han and Hangul names are short as they are; of others the first name will do. */
function briefName(name: string): string {
  return name.split(' ')[0] ?? name;
}

/** Who writes: one of the customers, or somebody new. */
export function PhonePicker(props: {
  phones: readonly Phone[];
  chosen: number;
  unread: ReadonlyMap<number, number>;
  onChoose(id: number): void;
  onAdd(): void;
}): ReactNode {
  const t = useWords();
  const name = useId();
  return (
    <div className="flex shrink-0 items-start gap-1">
      <fieldset className="min-w-0 flex-1 overflow-x-auto">
        <legend className="sr-only">{t('phone.customers')}</legend>
        <div className="flex gap-0.5 py-0.5">
          {props.phones.map((phone) => {
            const fresh = props.unread.get(phone.id) ?? 0;
            return (
              <label
                key={phone.id}
                title={phone.name}
                className={classNames(
                  'relative flex w-13 shrink-0 flex-col items-center gap-1 rounded-md px-1 py-1.5 text-2xs text-muted transition-colors hover:bg-hover',
                  'has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text',
                  'has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus',
                )}
              >
                <input
                  type="radio"
                  name={name}
                  value={phone.id}
                  checked={phone.id === props.chosen}
                  onChange={() => props.onChoose(phone.id)}
                  aria-label={fresh === 0 ? phone.name : t('phone.unread', { name: phone.name, count: fresh })}
                  className="sr-only"
                />
                <Avatar name={phone.name} id={`phone-${phone.id}`} />
                <span lang={phone.language} aria-hidden className="max-w-full truncate">
                  {briefName(phone.name)}
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
      <IconButton label={t('phone.add')} tipAlign="end" onClick={props.onAdd} className="mt-2">
        <Plus aria-hidden size={16} />
      </IconButton>
    </div>
  );
}
