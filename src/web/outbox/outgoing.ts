/** Something an agent wrote that the server has not confirmed yet. */
export interface Outgoing {
  /** Made here, a UUID: the server stores one id once, so sending again can never double it. */
  id: string;
  conversationId: string;
  kind: 'reply' | 'note';
  text: string;
  atMs: number;
  state: 'queued' | 'sending' | 'stored' | 'refused';
  /** Why it was refused. */
  reason: string | null;
  /** The API's code of that, for words in the agent's language. */
  code: string | null;
  requestId: string | null;
}

/** What is kept over a reload; null when it is none of ours. */
export function readOutgoing(stored: string | null): Outgoing | null {
  if (stored === null) return null;
  try {
    return readEntry(JSON.parse(stored));
  } catch {
    return null;
  }
}

function readEntry(value: unknown): Outgoing | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, conversationId, kind, text, atMs, state, reason, code, requestId }: Record<string, unknown> = {
    ...value,
  };
  if (typeof id !== 'string' || typeof conversationId !== 'string' || typeof text !== 'string') return null;
  return {
    id,
    conversationId,
    kind: kind === 'note' ? 'note' : 'reply',
    text,
    atMs: typeof atMs === 'number' ? atMs : 0,
    // What was under way when the page went is asked again: the same id, so nothing doubles.
    state: state === 'refused' ? 'refused' : 'queued',
    reason: typeof reason === 'string' ? reason : null,
    code: typeof code === 'string' ? code : null,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
