import { type ReactNode, useState } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { Keys } from '../components/keys.tsx';
import { sendKeys } from '../composer/send-key.ts';
import { useText } from '../i18n/text.ts';
import { usePreferences } from '../preferences/preferences.ts';
import { COMMANDS, KEYS_OF } from './keymap.ts';

/** Every shortcut there is, to be searched. */
export default function ShortcutSheet({ onClose }: { onClose(): void }): ReactNode {
  const t = useText();
  const { enterSends } = usePreferences();
  const [wanted, setWanted] = useState('');
  const all = [
    ...COMMANDS.map((command) => ({ id: command, words: t(`command.${command}`), keys: KEYS_OF[command] })),
    { id: 'send', words: t('command.send'), keys: sendKeys(enterSends) },
  ];
  const found = all.filter((one) => one.words.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()));
  return (
    <Dialog title={t('page.shortcuts')} closeLabel={t('common.close')} onClose={onClose} wide>
      <TextField label={t('shortcuts.search')} value={wanted} onChange={(event) => setWanted(event.target.value)} />
      <dl className="mt-4 grid gap-x-8 sm:grid-cols-2">
        {found.map((one) => (
          <div key={one.id} className="flex items-center justify-between gap-4 border-b border-line py-1.5">
            <dt className="text-s">{one.words}</dt>
            <dd>
              <Keys keys={one.keys} />
            </dd>
          </div>
        ))}
      </dl>
      {found.length === 0 && <p className="py-6 text-center text-s text-muted">{t('shortcuts.none')}</p>}
      <p className="mt-3 text-xs text-muted">{t('shortcuts.hint')}</p>
    </Dialog>
  );
}
