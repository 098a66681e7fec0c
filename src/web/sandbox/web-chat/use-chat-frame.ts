import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { fetchVisitorToken } from './visitor-api.ts';

/** Where a stranger's session is kept, as the script of the chat keeps it with its site. */
const KEY = 'parley.sandbox-stranger';

function keptSession(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Forbidden: the stranger is another one after a reload.
    return null;
  }
}

/** What the chat's page tells the site that shows it. */
interface Told {
  kind: string;
  count: number;
  session: string | null;
}

function toldOf(data: unknown): Told | null {
  if (typeof data !== 'object' || data === null || !('parleyChat' in data) || !('kind' in data)) return null;
  const { kind } = data;
  if (typeof kind !== 'string') return null;
  const count = 'count' in data && typeof data.count === 'number' ? data.count : 0;
  const session = 'session' in data && typeof data.session === 'string' ? data.session : null;
  return { kind, count, session };
}

export interface ChatFrame {
  frame: RefObject<HTMLIFrameElement | null>;
  /** Messages of ours the visitor has not seen. */
  unread: number;
}

/**
 * Does for the frame what the chat's script does on a site: says who is there and whether the chat can be seen, and keeps a stranger's
 * session. Never moves the focus: somebody may be writing elsewhere on this page.
 */
export function useChatFrame(options: {
  visitor: string;
  shown: boolean;
  onClose(): void;
  onFailure(error: unknown): void;
}): ChatFrame {
  const { visitor, shown, onClose, onFailure } = options;
  const frame = useRef<HTMLIFrameElement>(null);
  /** Counts the pages that said they are there: a frame that was loaded anew knows nothing. */
  const [pages, setPages] = useState(0);
  const [unread, setUnread] = useState(0);

  const tell = useCallback((message: object): void => {
    frame.current?.contentWindow?.postMessage(message, location.origin);
  }, []);

  useEffect(() => {
    const hear = (event: MessageEvent): void => {
      if (event.origin !== location.origin || event.source !== frame.current?.contentWindow) return;
      const told = toldOf(event.data);
      if (told?.kind === 'ready') setPages((count) => count + 1);
      if (told?.kind === 'unread') setUnread(told.count);
      if (told?.kind === 'close') onClose();
      if (told?.kind === 'keep' && told.session !== null) {
        try {
          localStorage.setItem(KEY, told.session);
        } catch {
          // As above.
        }
      }
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }, [onClose]);

  useEffect(() => {
    if (pages === 0) return undefined;
    let left = false;
    fetchVisitorToken(visitor).then(
      (token) => {
        if (!left) tell({ kind: 'who', token, session: keptSession() });
      },
      (error: unknown) => {
        if (!left) onFailure(error);
      },
    );
    return () => {
      left = true;
    };
  }, [visitor, pages, tell, onFailure]);

  useEffect(() => {
    if (pages > 0) tell({ kind: 'shown', shown, focus: false });
  }, [shown, pages, tell]);

  return { frame, unread };
}
