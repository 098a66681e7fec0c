import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query holds, and again when that changes. For what style sheets cannot decide, such as an element's meaning. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
