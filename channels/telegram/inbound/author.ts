import type { AuthorRef } from '../../../src/core/model/inbound.ts';
import { integerOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { nameOf } from './context.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A user or chat as author; null when it has no id. */
export function authorRefOf(source: Fields | null): { id: number; ref: AuthorRef } | null {
  const id = integerOf(source?.['id']);
  if (source === null || id === null) return null;
  const handle = stringOf(source['username']);
  const languageCode = stringOf(source['language_code']);
  return {
    id,
    ref: {
      externalId: String(id),
      displayName: nameOf(source) || String(id),
      ...(handle === null ? {} : { handle: nameLine(handle) }),
      ...(languageCode === null ? {} : { languageCode: nameLine(languageCode, 35) }),
      isBot: source['is_bot'] === true,
    },
  };
}
