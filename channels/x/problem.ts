import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import { nameLine } from '../shared/well-formed.ts';

/** What X says went wrong, whichever of its forms it used. */
export interface Problem {
  /** Last part of the problem's type, such as `invalid-request`; null: none is given, or `about:blank`. */
  kind: string | null;
  /** Code of the older API; null: none. */
  code: number | null;
  /** One line, without what was sent as far as X repeats it. */
  message: string;
}

const MAX_MESSAGE = 300;
const TYPE = /^https:\/\/api\.(?:x|twitter)\.com\/2\/problems\/([a-z-]{1,60})$/u;
/** Titles of problems that come without their type. */
const KIND_BY_TITLE: Readonly<Record<string, string>> = {
  CreditsDepleted: 'credits-depleted',
  SpendCapReached: 'credits',
  UsageCapExceeded: 'usage-capped',
  ConnectionException: 'streaming-connection',
};

/**
 * Reads the body of an answer: `{title, detail, type, status}`, `{errors: [one of these]}`, `{errors: [{code, message}]}` or
 * `{error}`. Null: none of these.
 */
export function readProblem(body: unknown): Problem | null {
  const fields = recordOf(body);
  if (fields === null) return null;
  const errors: unknown = fields['errors'];
  const first = recordOf(Array.isArray(errors) ? errors[0] : null);
  const own = typeof fields['title'] === 'string' || typeof fields['detail'] === 'string' ? fields : null;
  const source = own ?? first;
  if (source === null) {
    const words = stringOf(fields['error_description']) ?? stringOf(fields['error']);
    return words === null ? null : { kind: null, code: null, message: nameLine(words, MAX_MESSAGE) };
  }
  const title = nameLine(stringOf(source['title']) ?? '', 100);
  const detail = nameLine(stringOf(source['detail']) ?? stringOf(first?.['message']) ?? '', MAX_MESSAGE);
  const kind = TYPE.exec(stringOf(source['type']) ?? '')?.[1] ?? null;
  return {
    kind: kind ?? (Object.hasOwn(KIND_BY_TITLE, title) ? (KIND_BY_TITLE[title] ?? null) : null),
    code: integerOf(source['code']) ?? integerOf(first?.['code']),
    message:
      title !== '' && detail !== '' && !detail.startsWith(title)
        ? `${title}: ${detail}`
        : detail || title || 'an error without words',
  };
}
