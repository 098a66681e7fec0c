import { type FormEvent, type ReactNode, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { BlockTerm } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { SelectField, TextField } from '../components/field.tsx';
import { useBlockWords } from './words.ts';

const TERMS: readonly BlockTerm[] = ['hour', 'day', 'good'];

/** Asks for how long and why before a contact is blocked. Lazy. */
export default function BlockDialog(props: { name: string; actions: Actions; onClose(): void }): ReactNode {
  const t = useBlockWords();
  const [term, setTerm] = useState<BlockTerm>('hour');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  // One dialog, one block: sent again it is the same one.
  const [id] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    void props.actions.block({ id, term, reason }).then((done) => {
      if (done) props.onClose();
      else setBusy(false);
    });
  };
  return (
    <Dialog title={t('blocks.title', { name: props.name })} closeLabel={t('common.close')} onClose={props.onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3.5">
        <p className="text-s text-muted">{t('blocks.lead')}</p>
        <SelectField
          label={t('blocks.for')}
          value={term}
          onChange={(event) => setTerm(TERMS.find((one) => one === event.target.value) ?? 'hour')}
        >
          {TERMS.map((one) => (
            <option key={one} value={one}>
              {t(`blocks.term.${one}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t('blocks.reason')}
          hint={t('blocks.reasonHint')}
          required
          maxLength={500}
          pattern=".*\S.*"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button type="submit" look="danger" disabled={busy} className="mt-1 self-start">
          {t('blocks.submit')}
        </Button>
      </form>
    </Dialog>
  );
}
