import { MailWarning, Megaphone } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';
import { filedWords } from './letter-facts.ts';

/** Says why nobody has to answer this, and takes it out of there with one click. */
export function FiledBanner(props: { filedAs: string; actions: Actions; readOnly: boolean }): ReactNode {
  const t = useText();
  const Icon = props.filedAs === 'noise' ? Megaphone : MailWarning;
  const [busy, setBusy] = useState(false);
  const recover = (): void => {
    setBusy(true);
    void props.actions.recover().finally(() => setBusy(false));
  };
  return (
    <Notice
      tone="warn"
      className="mx-4 mt-3"
      icon={<Icon size={16} aria-hidden className="shrink-0" />}
      actions={
        props.readOnly ? undefined : (
          <Button disabled={busy} onClick={recover}>
            {t(props.filedAs === 'noise' ? 'filed.recoverNoise' : 'filed.recover')}
          </Button>
        )
      }
    >
      {filedWords(props.filedAs, t)}
    </Notice>
  );
}
