import { ShieldAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Conversation } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';
import { useText } from '../i18n/text.ts';

/** Says that anybody may have written this under that address, and lets somebody who is sure say so. */
export function ClaimedBanner(props: {
  contact: Conversation['contact'];
  claimed: NonNullable<Conversation['claimed']>;
  actions: Actions;
  readOnly: boolean;
}): ReactNode {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const confirm = (): void => {
    setBusy(true);
    void props.actions.confirm().finally(() => setBusy(false));
  };
  const address = props.contact.handle ?? props.contact.name;
  const { knownAs } = props.claimed;
  return (
    <Notice
      tone="warn"
      className="mx-4 mt-3"
      icon={<ShieldAlert size={16} aria-hidden className="shrink-0" />}
      actions={
        props.readOnly ? undefined : (
          <Button disabled={busy} onClick={confirm}>
            {t('claimed.confirm')}
          </Button>
        )
      }
    >
      {knownAs === null ? t('claimed.unknown', { address }) : t('claimed.known', { address, name: knownAs })}
    </Notice>
  );
}
