import { useEffect, useEffectEvent, useRef, useSyncExternalStore } from 'react';
import { useDesk } from '../app/desk.tsx';
import type { Upload } from './uploads.ts';

/** The files that wait for a conversation's next reply. @param onMore there is one more than before: they go with replies alone */
export function useUploads(conversationId: string, onMore: () => void): readonly Upload[] {
  const { uploads } = useDesk();
  const files = useSyncExternalStore(uploads.subscribe, () => uploads.of(conversationId));
  const count = useRef(files.length);
  const more = useEffectEvent(onMore);
  useEffect(() => {
    const grown = files.length > count.current;
    count.current = files.length;
    if (grown) more();
  }, [files.length]);
  return files;
}
