/** What a key may ask for. */
export const COMMANDS = [
  'next',
  'previous',
  'open',
  'reply',
  'note',
  'resolve',
  'assign',
  'take',
  'bot',
  'search',
  'help',
  'escape',
  'go-mine',
  'go-unassigned',
  'go-all',
  'go-bot',
  'go-resolved',
  'go-settings',
] as const;
export type Command = (typeof COMMANDS)[number];

/** A key as the browser tells it, and where it was pressed. */
export interface Stroke {
  /** Where on the keyboard, whatever the layout prints there: J is J on a Russian or Korean one too. */
  code: string;
  key: string;
  shift: boolean;
  /** Any of Ctrl, Alt, Meta. */
  modified: boolean;
  /** The focus is where text goes. */
  typing: boolean;
  /** An input method has the keys. */
  composing: boolean;
  /** The focus is on something that takes Enter and the arrows itself, such as a button or a menu. */
  onControl: boolean;
}

const SINGLE: Readonly<Record<string, Command>> = {
  KeyJ: 'next',
  ArrowDown: 'next',
  KeyK: 'previous',
  ArrowUp: 'previous',
  Enter: 'open',
  KeyR: 'reply',
  KeyN: 'note',
  KeyE: 'resolve',
  KeyA: 'assign',
  KeyI: 'take',
  KeyB: 'bot',
  Slash: 'search',
};
const AFTER_G: Readonly<Record<string, Command>> = {
  KeyM: 'go-mine',
  KeyI: 'go-mine',
  KeyU: 'go-unassigned',
  KeyA: 'go-all',
  KeyB: 'go-bot',
  KeyD: 'go-resolved',
  KeyS: 'go-settings',
};
/** Keys that a focused control needs for itself. */
const TAKEN_BY_CONTROLS = ['Enter', 'ArrowDown', 'ArrowUp'];

/** How a key is read: a command, the first half of one, or nothing of ours. */
export type Reading = { command: Command } | { pending: 'g' } | null;

/** Single letters are silent while somebody types, composes or holds a modifier. */
export function readStroke(stroke: Stroke, pending: 'g' | null): Reading {
  if (stroke.composing) return null;
  if (stroke.code === 'Escape') return { command: 'escape' };
  if (stroke.typing || stroke.modified) return null;
  if (pending === 'g') {
    const command = AFTER_G[stroke.code];
    return command === undefined ? null : { command };
  }
  if (stroke.key === '?' || (stroke.code === 'Slash' && stroke.shift)) return { command: 'help' };
  if (stroke.shift) return null;
  if (stroke.code === 'KeyG') return { pending: 'g' };
  if (stroke.onControl && TAKEN_BY_CONTROLS.includes(stroke.code)) return null;
  const command = stroke.key === '/' ? 'search' : SINGLE[stroke.code];
  return command === undefined ? null : { command };
}

/** The keys of each command, as the sheet and the tips show them. */
export const KEYS_OF: Readonly<Record<Command, string>> = {
  next: 'J',
  previous: 'K',
  open: 'Enter',
  reply: 'R',
  note: 'N',
  resolve: 'E',
  assign: 'A',
  take: 'I',
  bot: 'B',
  search: '/',
  help: '?',
  escape: 'Esc',
  'go-mine': 'G M',
  'go-unassigned': 'G U',
  'go-all': 'G A',
  'go-bot': 'G B',
  'go-resolved': 'G D',
  'go-settings': 'G S',
};
