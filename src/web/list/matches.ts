import type { Conversation } from '../api/model.ts';

/** Whether a row holds every word of a filter: in the name, the handle, the number or the last words. */
export function matches(one: Conversation, filter: string): boolean {
  const words = filter
    .trim()
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const text = [one.contact.name, one.contact.handle ?? '', `#${one.number}`, one.preview, one.threadTitle ?? '']
    .join('\n')
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}
