import type { Conversation } from '../api/model.ts';

/** Whether a row holds every word of a filter: in the name, the handle, the number, the subject or the last words. */
export function matches(one: Conversation, filter: string): boolean {
  const words = filter
    .trim()
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const { contact, number, preview, threadTitle, subject } = one;
  const text = [contact.name, contact.handle ?? '', `#${number}`, preview, threadTitle ?? '', subject ?? '']
    .join('\n')
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}
