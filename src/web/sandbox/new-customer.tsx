import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../components/button.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { LANGUAGE_NAMES, type PhoneLanguage } from './phrases.ts';
import { useWords } from './words.ts';

const LANGUAGES: readonly PhoneLanguage[] = ['en', 'zh', 'ja', 'ko', 'es', 'ru'];

/** Name and language of somebody new. */
export function NewCustomer(props: {
  onAdd(name: string, language: PhoneLanguage): void;
  onCancel(): void;
}): ReactNode {
  const t = useWords();
  const [name, setName] = useState('');
  const [language, setLanguage] = useState<PhoneLanguage>('en');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') props.onAdd(name.trim(), language);
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
      <SelectField
        label={t('phone.add.language')}
        value={language}
        onChange={(event) => setLanguage(LANGUAGES.find((one) => one === event.target.value) ?? 'en')}
      >
        {LANGUAGES.map((one) => (
          <option key={one} value={one} lang={one}>
            {LANGUAGE_NAMES[one]}
          </option>
        ))}
      </SelectField>
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
