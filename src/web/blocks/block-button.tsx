import { Ban } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Conversation } from '../api/model.ts';
import { IconButton } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';

const loadDialog = () => import('./block-dialog.tsx');
const BlockDialog = lazy(loadDialog);

/** Blocks a conversation's contact, or undoes it; the dialog comes when it is wanted. */
export function BlockButton({ conversation, actions }: { conversation: Conversation; actions: Actions }): ReactNode {
  const t = useText();
  const [asking, setAsking] = useState(false);
  const blocked = conversation.block !== null;
  return (
    <>
      <IconButton
        label={blocked ? t('action.unblock') : t('action.block')}
        className="border border-line"
        onPointerEnter={() => void loadDialog()}
        onClick={() => (blocked ? void actions.unblock() : setAsking(true))}
      >
        <Ban size={15} aria-hidden className={blocked ? 'text-bad-text' : ''} />
      </IconButton>
      {asking && (
        <Suspense fallback={null}>
          <BlockDialog name={conversation.contact.name} actions={actions} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
}
