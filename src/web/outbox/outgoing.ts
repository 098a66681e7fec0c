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
  requestId: string | null;
}

/** What is kept over a reload. */
export function readOutgoing(stored: string | null): Outgoing[] {
  if (stored === null) return [];
  try {
    const value: unknown = JSON.parse(stored);
    return Array.isArray(value) ? value.flatMap((entry: unknown) => readEntry(entry) ?? []) : [];
  } catch {
    return [];
  }
}

function readEntry(value: unknown): Outgoing | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, conversationId, kind, text, atMs, state, reason, requestId }: Record<string, unknown> = { ...value };
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
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
