import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { useText } from '../i18n/text.ts';
import { type Correspondent, personWords } from './letter-facts.ts';
import { readPeople, withoutPerson, withPerson } from './recipients.ts';

/** The people of one line of an envelope, as chips, and where more are typed. */
export function RecipientLine(props: {
  label: string;
  people: readonly Correspondent[];
  onChange(people: readonly Correspondent[]): void;
  /** Goes there at once. */
  focused?: boolean;
}): ReactNode {
  const { label, people, onChange } = props;
  const t = useText();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const take = (text: string): boolean => {
    const read = readPeople(text);
    if (read.people.length > 0) {
      onChange(read.people.reduce<readonly Correspondent[]>((all, one) => withPerson(all, one), people));
    }
    setTyped(read.rest);
    setWrong(read.rest !== '');
    return read.people.length > 0;
  };
  const pressed = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const ends = event.key === 'Enter' || event.key === ',' || event.key === ';';
    if (ends && (typed.trim() !== '' || event.key !== 'Enter')) {
      event.preventDefault();
      take(typed);
    } else if (event.key === 'Backspace' && typed === '' && people.length > 0) {
      event.preventDefault();
      onChange(people.slice(0, -1));
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-1 px-3 py-0.5 text-xs">
      <label htmlFor={id} className="w-14 shrink-0 text-muted">
        {label}
      </label>
      <ul aria-label={label} className="contents">
        {people.map((one) => (
          <li
            key={one.address}
            className="inline-flex h-6 max-w-full min-w-0 items-center gap-0.5 rounded-full bg-sunken ps-2 pe-0.5"
          >
            <bdi className="min-w-0 truncate">{personWords(one)}</bdi>
            <button
              type="button"
              aria-label={t('recipients.remove', { person: personWords(one) })}
              onClick={() => onChange(withoutPerson(people, one.address))}
              className="inline-flex size-5 shrink-0 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-text"
            >
              <X size={11} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <input
        id={id}
        type="text"
        inputMode="email"
        autoComplete="off"
        // Somebody asked for this line by a click.
        autoFocus={props.focused}
        value={typed}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? `${id}-told` : undefined}
        onChange={(event) => {
          setWrong(false);
          // What is pasted may hold several.
          if (/[,;\n]/u.test(event.target.value)) take(event.target.value);
          else setTyped(event.target.value);
        }}
        onKeyDown={pressed}
        onBlur={() => typed.trim() !== '' && take(typed)}
        className="h-6 min-w-24 flex-1 rounded-sm bg-transparent px-1 text-xs aria-invalid:text-bad-text"
      />
      {wrong && (
        <span id={`${id}-told`} className="text-bad-text">
          {t('recipients.wrong')}
        </span>
      )}
    </div>
  );
}
