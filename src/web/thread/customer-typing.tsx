import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import { useText } from '../i18n/text.ts';
import { customersTyping } from '../live/customers-typing.ts';
import type { LoadedThread } from './loaded-thread.ts';

/** Says over the end of the thread that the customer writes. Always there, or what is put into it later would not be read out. */
export function CustomerTyping({ thread }: { thread: LoadedThread }): ReactNode {
  const t = useText();
  const { id, contact } = thread.conversation;
  const typing = useSyncExternalStore(customersTyping.subscribe, () => customersTyping.is(id));
  const newest = thread.items.findLast((one) => one.kind === 'inbound')?.id;
  const seen = useRef(newest);
  useEffect(() => {
    // What they wrote has come.
    if (seen.current !== newest) customersTyping.over(id);
    seen.current = newest;
  }, [id, newest]);
  return (
    <div role="status" className="pointer-events-none relative z-10 h-0">
      {typing && (
        <span className="absolute bottom-1.5 left-0 max-w-full truncate rounded-full border border-line bg-surface px-2.5 py-0.5 text-2xs text-muted">
          {t('thread.customerTypes', { name: contact.name })}
        </span>
      )}
    </div>
  );
}
