import { useRef } from 'react';

/** Somebody of the sandbox with all that was written and answered. */
interface Heard<Id> {
  id: Id;
  messages: readonly { from: 'customer' | 'support' }[];
}

/** How many answers each person has that nobody has looked at; those of an earlier visit count as seen. */
export function useSeen<Id extends string | number>(
  people: readonly Heard<Id>[],
  shown: Id | undefined,
): ReadonlyMap<Id, number> {
  const seen = useRef(new Map<Id, number>());
  const unread = new Map<Id, number>();
  for (const { id, messages } of people) {
    const answers = messages.filter((message) => message.from === 'support').length;
    if (id === shown || !seen.current.has(id)) seen.current.set(id, answers);
    const fresh = answers - (seen.current.get(id) ?? 0);
    if (fresh > 0) unread.set(id, fresh);
  }
  return unread;
}
