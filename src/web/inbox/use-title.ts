import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { countsQuery } from '../app/queries.ts';

/** The window's title tells how many conversations are one's own or wait for somebody. */
export function useTitle(): void {
  const { data } = useQuery(countsQuery);
  const count = (data?.views ?? [])
    .filter((one) => one.view === 'mine' || one.view === 'unassigned')
    .reduce((sum, one) => sum + one.count, 0);
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Parley` : 'Parley';
    return () => {
      document.title = 'Parley';
    };
  }, [count]);
}
