import { type ReactNode, useState } from 'react';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { useWords } from './words.ts';

/** The name of somebody new, and what else is asked of them. */
export function NewPersonForm(props: { children?: ReactNode; onAdd(name: string): void; onCancel(): void }): ReactNode {
  const { children, onAdd, onCancel } = props;
  const t = useWords();
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') onAdd(name.trim());
      }}
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"
    >
      <TextField
        label={t('phone.add.name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={64}
        required
        autoFocus
        autoComplete="off"
      />
      {children}
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={onCancel}>
          {t('phone.add.cancel')}
        </Button>
        <Button type="submit" look="primary">
          {t('phone.add.save')}
        </Button>
      </div>
    </form>
  );
}
