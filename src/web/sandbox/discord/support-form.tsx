import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useWords } from '../words.ts';
import type { DiscordForm } from './discord-api.ts';

/** The window that our bot opens for `/support` and the contact button. @param props.onEnd null: closed unsent */
export function SupportForm(props: { form: DiscordForm; onEnd(text: string | null): void }): ReactNode {
  const { form, onEnd } = props;
  const t = useWords();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (form.state === 'open' && text.trim() !== '') onEnd(text.trim());
  };
  return (
    <form onSubmit={submit} className="flex shrink-0 flex-col gap-2 border-t border-line px-3 py-2.5">
      <p role="status" className="text-s font-semibold">
        {form.state === 'open'
          ? form.title
          : t(form.state === 'waiting' ? 'discord.form.waiting' : 'discord.form.failed')}
      </p>
      {form.state === 'open' && (
        <label className="flex flex-col gap-1 text-xs text-muted">
          {form.question}
          <textarea
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={3}
            maxLength={4000}
            required
            autoFocus
            className="w-full resize-none rounded-md border border-line-strong bg-canvas px-2.5 py-1.5 text-s text-text"
          />
        </label>
      )}
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={() => onEnd(null)}>
          {t('discord.form.close')}
        </Button>
        {form.state === 'open' && (
          <Button type="submit" look="primary">
            {t('discord.form.submit')}
          </Button>
        )}
      </div>
    </form>
  );
}
