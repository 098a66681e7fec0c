import { useSyncExternalStore } from 'react';
import { type ApiFailure, asFailure } from '../api/failure.ts';

/** A short message at the edge of the page. */
export interface Announcement {
  id: number;
  tone: 'neutral' | 'bad';
  /** What is said, or the failure that is told of in the agent's language. */
  what: string | ApiFailure;
}

const NEUTRAL_MS = 6_000;
const BAD_MS = 12_000;

let shown: readonly Announcement[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Announcement[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function show(what: Announcement['what'], tone: Announcement['tone']): void {
  lastId += 1;
  const id = lastId;
  set([...shown.filter((one) => !sameWords(one.what, what)).slice(-2), { id, tone, what }]);
  setTimeout(() => dismiss(id), tone === 'bad' ? BAD_MS : NEUTRAL_MS);
}

function sameWords(one: Announcement['what'], other: Announcement['what']): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.code === other.code && one.message === other.message;
}

/** Says something for some seconds. */
export function announce(text: string, options: { tone?: Announcement['tone'] } = {}): void {
  show(text, options.tone ?? 'neutral');
}

/** Says that something did not work, with the request's id. */
export function announceFailure(thrown: unknown): void {
  show(asFailure(thrown), 'bad');
}

export function dismiss(id: number): void {
  set(shown.filter((one) => one.id !== id));
}

export function useAnnouncements(): readonly Announcement[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
