import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { useWords } from './words.ts';

/** Name and address of somebody new. */
export function NewCorrespondent(props: { onAdd(name: string, address: string): void; onCancel(): void }): ReactNode {
  const t = useWords();
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '' && address.includes('@')) props.onAdd(name.trim(), address.trim());
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
      <TextField
        label={t('phone.add.name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={64}
        required
        autoFocus
        autoComplete="off"
      />
      <TextField
        label={t('mail.add.address')}
        type="email"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        maxLength={100}
        required
        autoComplete="off"
      />
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={props.onCancel}>
          {t('phone.add.cancel')}
        </Button>
        <Button type="submit" look="primary">
          {t('phone.add.save')}
        </Button>
      </div>
    </form>
  );
}
