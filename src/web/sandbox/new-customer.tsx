import { type ReactNode, useState } from 'react';
import { SelectField } from '../components/field.tsx';
import { NewPersonForm } from './new-person-form.tsx';
import { LANGUAGE_NAMES, type PhoneLanguage } from './phrases.ts';
import { useWords } from './words.ts';

const LANGUAGES: readonly PhoneLanguage[] = ['en', 'zh', 'ja', 'ko', 'es', 'ru'];

/** Name and language of somebody new. */
export function NewCustomer(props: {
  onAdd(name: string, language: PhoneLanguage): void;
  onCancel(): void;
}): ReactNode {
  const t = useWords();
  const [language, setLanguage] = useState<PhoneLanguage>('en');
  return (
    <NewPersonForm onAdd={(name) => props.onAdd(name, language)} onCancel={props.onCancel}>
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
    </NewPersonForm>
  );
}
