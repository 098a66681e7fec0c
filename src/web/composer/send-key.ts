/** A key pressed in the composer. */
export interface ComposerKey {
  key: string;
  shift: boolean;
  /** Ctrl or ⌘. */
  modified: boolean;
  /** An input method is choosing characters: Enter is its own then. */
  composing: boolean;
}

/** Whether a key sends. Ctrl+Enter always does; Enter alone where the agent chose so. */
export function sends(pressed: ComposerKey, enterSends: boolean): boolean {
  if (pressed.key !== 'Enter' || pressed.composing) return false;
  return pressed.modified || (enterSends && !pressed.shift);
}

/** The keys as shown. */
export function sendKeys(enterSends: boolean): string {
  return enterSends ? 'Enter' : 'Ctrl Enter';
}
