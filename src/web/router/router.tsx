import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { useSyncExternalStore } from 'react';
import { addressOf, parseRoute, type Route } from './route.ts';

/*
 * Two pages with typed routes: a router library would be a fifth of the first load's bytes (docs/inbox.md, "Bytes").
 */
let current = parseRoute(location.pathname);
const listeners = new Set<() => void>();

function changed(): void {
  current = parseRoute(location.pathname);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('popstate', changed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('popstate', changed);
  };
}

/** Where we are, without watching. */
export function currentRoute(): Route {
  return current;
}

/** Where we are, and again when that changes. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

/** Goes somewhere; "back" leads here again unless `replace`. */
export function navigate(to: Route, options: { replace?: boolean } = {}): void {
  const address = addressOf(to);
  if (address === location.pathname) return;
  if (options.replace === true) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  changed();
}

/** A link within the page. With a modifier or the middle button the browser does what it always does. */
export function Link({ to, onClick, ...rest }: { to: Route } & Omit<ComponentProps<'a'>, 'href'>): ReactNode {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={addressOf(to)} onClick={follow} />;
}
