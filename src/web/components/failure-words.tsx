import type { ReactNode } from 'react';
import { type FailureTold, wordsOfFailure } from '../api/failure-words.ts';
import { useText } from '../i18n/text.ts';

/** What went wrong, in the agent's language; what only the server knows how to say is marked as English. */
export function FailureWords({ failure }: { failure: FailureTold }): ReactNode {
  const { words, inEnglish } = wordsOfFailure(failure, useText());
  return (
    <>
      {words}
      {words !== null && inEnglish !== null && ' '}
      {inEnglish !== null && <span lang="en">{inEnglish}</span>}
    </>
  );
}
