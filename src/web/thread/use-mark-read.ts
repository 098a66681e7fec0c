import { useEffect, useRef } from 'react';
import { postRead } from '../api/calls.ts';
import { useDesk } from '../app/desk.tsx';
import { showConversation } from '../app/queries.ts';
import type { LoadedThread } from './loaded-thread.ts';

/** Long enough that stepping through the list marks nothing. */
const LOOKED_AT_MS = 700;

/** Tells the server that what is shown has been seen, once somebody has looked at it for a moment. */
export function useMarkRead({ conversation, items }: LoadedThread, readOnly: boolean): void {
  const { session } = useDesk();
  const told = useRef(0);
  const uptoSeq = items.at(-1)?.seq ?? 0;
  const due = !readOnly && conversation.unread > 0 && uptoSeq > told.current;
  const me = session.agent.id;
  useEffect(() => {
    if (!due) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(timer);
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      timer = setTimeout(() => {
        told.current = uptoSeq;
        void postRead(conversation.id, uptoSeq).then(
          ({ conversation: now }) => {
            if (now !== null) showConversation(now, me);
          },
          // Unread stays unread: the next look says it again.
          () => {
            told.current = 0;
          },
        );
      }, LOOKED_AT_MS);
    };
    look();
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [due, uptoSeq, conversation.id, me]);
}
