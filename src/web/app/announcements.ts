import { useSyncExternalStore } from 'react';
import { asFailure } from '../api/failure.ts';

/** A short message at the edge of the page. */
export interface Announcement {
  id: number;
  tone: 'neutral' | 'bad';
  text: string;
  /** To be named when somebody asks the operator. */
  requestId: string | undefined;
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

/** Says something for some seconds. */
export function announce(
  text: string,
  options: { tone?: 'neutral' | 'bad'; requestId?: string | undefined } = {},
): void {
  lastId += 1;
  const id = lastId;
  const tone = options.tone ?? 'neutral';
  set([...shown.filter((one) => one.text !== text).slice(-2), { id, tone, text, requestId: options.requestId }]);
  setTimeout(() => dismiss(id), tone === 'bad' ? BAD_MS : NEUTRAL_MS);
}

/** Says that something did not work, in the server's own words and its request id. */
export function announceFailure(thrown: unknown): void {
  const failure = asFailure(thrown);
  const words = failure.mend === undefined ? failure.message : `${failure.message}: ${failure.mend}`;
  announce(words.charAt(0).toUpperCase() + words.slice(1), { tone: 'bad', requestId: failure.requestId });
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
