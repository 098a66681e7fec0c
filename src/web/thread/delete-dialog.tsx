import { type ReactNode, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { useText } from '../i18n/text.ts';

/** Asks before a message of ours is taken away from the customer. Lazy. */
export default function DeleteDialog(props: { onDelete(): Promise<boolean>; onClose(): void }): ReactNode {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const remove = (): void => {
    setBusy(true);
    void props.onDelete().then(props.onClose);
  };
  return (
    <Dialog title={t('message.deleteTitle')} closeLabel={t('common.close')} onClose={props.onClose}>
      <p className="text-s">{t('message.deleteHint')}</p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={props.onClose}>{t('message.cancel')}</Button>
        <Button look="danger" disabled={busy} onClick={remove}>
          {t('message.deleteNow')}
        </Button>
      </div>
    </Dialog>
  );
}
