const SHOWN_MS = 1_600;

/** Brings a message of the open thread into sight and marks it for a moment. False: it is not loaded. */
export function jumpTo(messageId: string): boolean {
  const found = document.querySelector(`[data-message="${CSS.escape(messageId)}"]`);
  if (!(found instanceof HTMLElement)) return false;
  found.scrollIntoView({ block: 'center' });
  found.focus({ preventScroll: true });
  found.dataset['found'] = '';
  setTimeout(() => delete found.dataset['found'], SHOWN_MS);
  return true;
}
