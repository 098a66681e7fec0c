import { useRef } from 'react';
import type { Phone } from './sandbox-api.ts';

function answersOf(phone: Phone): number {
  return phone.messages.filter((message) => message.from === 'support').length;
}

/** How many answers each phone holds that nobody has looked at; those of an earlier visit count as seen. */
export function useSeen(phones: readonly Phone[], shown: number | undefined): ReadonlyMap<number, number> {
  const seen = useRef(new Map<number, number>());
  const unread = new Map<number, number>();
  for (const phone of phones) {
    const answers = answersOf(phone);
    if (phone.id === shown || !seen.current.has(phone.id)) seen.current.set(phone.id, answers);
    const fresh = answers - (seen.current.get(phone.id) ?? 0);
    if (fresh > 0) unread.set(phone.id, fresh);
  }
  return unread;
}
