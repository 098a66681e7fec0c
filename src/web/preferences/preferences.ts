import { useSyncExternalStore } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
export const LANGUAGES = ['en', 'zh'] as const;
export type Theme = (typeof THEMES)[number];
export type Language = (typeof LANGUAGES)[number];

/** What an agent chose for this browser. It never leaves it. */
export interface Preferences {
  theme: Theme;
  language: Language;
  /** Enter sends and Shift+Enter breaks the line; else Enter breaks it and Ctrl+Enter sends. */
  enterSends: boolean;
  /** The sandbox beside the inbox is open. */
  dockOpen: boolean;
  /** It shows all customers side by side, where there is room. */
  dockWide: boolean;
}

/** `public/theme.js` reads the same key before the first paint. */
const KEY = 'parley.preferences';

function chosen<Value extends string>(value: unknown, among: readonly Value[]): Value | undefined {
  return among.find((one) => one === value);
}

/** Reads what was stored; whatever does not fit is the default. */
export function readPreferences(stored: string | null, browserLanguages: readonly string[]): Preferences {
  let found: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    if (typeof value === 'object' && value !== null) found = { ...value };
  } catch {
    // Not ours, or cut off: the defaults.
  }
  const known = browserLanguages
    .map((tag) => chosen(tag.toLowerCase().split('-')[0], LANGUAGES))
    .find((one) => one !== undefined);
  return {
    theme: chosen(found['theme'], THEMES) ?? 'system',
    language: chosen(found['language'], LANGUAGES) ?? known ?? 'en',
    enterSends: found['enterSends'] === true,
    dockOpen: found['dockOpen'] !== false,
    dockWide: found['dockWide'] === true,
  };
}

let current = readPreferences(storedText(), navigator.languages);
const listeners = new Set<() => void>();

function storedText(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** What is chosen now. */
export function preferences(): Preferences {
  return current;
}

/** Changes some of it, at once and for the next visit. */
export function changePreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage is full or refused: it holds until the page is left.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

/** Tells the style sheet which theme holds. */
export function applyTheme(): void {
  if (current.theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = current.theme;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The choices, and again when one changes. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}
