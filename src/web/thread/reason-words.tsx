import type { ReactNode } from 'react';
import type { Reason } from './reasons.ts';

/** A reason; what is not in the agent's language is marked as English. */
export function ReasonWords({ reason: { words, inEnglish } }: { reason: Reason }): ReactNode {
  return (
    <>
      {words}
      {words !== null && inEnglish !== null && ' · '}
      {inEnglish !== null && <span lang="en">{inEnglish}</span>}
    </>
  );
}
