import { useEffect, useEffectEvent } from 'react';
import { type Command, readStroke, type Stroke } from './keymap.ts';

/** Who answers a command; the one that came last is asked first, and may pass by returning false. */
const handlers = new Map<Command, (() => boolean | void)[]>();

/** How long the second letter of `G M` may take. */
const PENDING_MS = 1_200;

let pending: { key: 'g'; untilMs: number } | null = null;

const CONTROLS = 'button, a[href], select, summary, input, [role="menuitem"], [role="tab"], [role="option"]';

function strokeOf(event: KeyboardEvent): Stroke {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const input = target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return {
    code: event.code,
    key: event.key,
    shift: event.shiftKey,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    typing: input || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement,
    // Browsers that end a composition with the very key say so by this old code alone.
    composing: event.isComposing || event.keyCode === 229,
    onControl: target !== null && target.matches(CONTROLS) && target.dataset['row'] === undefined,
  };
}

/** True when somebody answered. */
export function runCommand(command: Command): boolean {
  for (const handler of (handlers.get(command) ?? []).toReversed()) if (handler() !== false) return true;
  return false;
}

function pressed(event: KeyboardEvent): void {
  // A dialog or menu has the keyboard to itself, and closes on Escape by itself.
  if (event.defaultPrevented || document.querySelector('dialog[open], [role="menu"]') !== null) return;
  const waiting = pending !== null && event.timeStamp < pending.untilMs ? pending.key : null;
  pending = null;
  const stroke = strokeOf(event);
  const reading = readStroke(stroke, waiting);
  if (reading === null) return;
  if ('command' in reading && reading.command === 'escape' && stroke.typing) {
    // Out of the field first; what is around it is the next level.
    if (event.target instanceof HTMLElement) event.target.blur();
    event.preventDefault();
    return;
  }
  if ('pending' in reading) pending = { key: reading.pending, untilMs: event.timeStamp + PENDING_MS };
  else if (runCommand(reading.command)) event.preventDefault();
}

/** Listens to the keyboard as long as the page is there. */
export function listenToKeys(): () => void {
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}

/** Answers a command while this component is there and `enabled`. Return false to let the one before answer. */
export function useCommand(command: Command, handler: () => boolean | void, enabled = true): void {
  const answer = useEffectEvent(handler);
  useEffect(() => {
    if (!enabled) return;
    const entry = (): boolean | void => answer();
    handlers.set(command, [...(handlers.get(command) ?? []), entry]);
    return () => {
      handlers.set(
        command,
        (handlers.get(command) ?? []).filter((one) => one !== entry),
      );
    };
  }, [command, enabled]);
}
