import { type ReactNode, useState } from 'react';
import { TextField } from '../components/field.tsx';
import { NewPersonForm } from './new-person-form.tsx';
import { useWords } from './words.ts';

/** Name and address of somebody new. */
export function NewCorrespondent(props: { onAdd(name: string, address: string): void; onCancel(): void }): ReactNode {
  const t = useWords();
  const [address, setAddress] = useState('');
  return (
    <NewPersonForm
      onAdd={(name) => {
        if (address.includes('@')) props.onAdd(name, address.trim());
      }}
      onCancel={props.onCancel}
    >
      <TextField
        label={t('mail.add.address')}
        type="email"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        maxLength={100}
        required
        autoComplete="off"
      />
    </NewPersonForm>
  );
}
