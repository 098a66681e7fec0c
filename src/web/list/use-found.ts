import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { findFiled } from '../api/calls.ts';
import type { Conversation } from '../api/model.ts';
import { foundKey } from '../app/queries.ts';
import type { View } from '../router/route.ts';

/** Nobody types faster than this for long. */
const TYPING_MS = 250;
/** One letter stands in everything. */
const FEWEST_LETTERS = 2;
const NOTHING: readonly Conversation[] = [];

/**
 * What the server finds by these words among what is filed, where a list is too long to be loaded and what is sought is rare. Not asked
 * for again when something changes: the server looks through everything that was written.
 */
export function useFound(view: View, filter: string): readonly Conversation[] {
  const [words, setWords] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWords(filter.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [filter]);
  const wanted = view === 'filed' && filter.trim().length >= FEWEST_LETTERS;
  const { data } = useQuery({
    queryKey: foundKey(words),
    queryFn: () => findFiled(words),
    enabled: wanted && words.length >= FEWEST_LETTERS,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
  return wanted && words.length >= FEWEST_LETTERS && data !== undefined ? data.items : NOTHING;
}
