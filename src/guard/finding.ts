/** What kind of secret a rule looks for. */
export type RuleName =
  | 'seed-phrase'
  | 'private-key'
  | 'extended-key'
  | 'keystore'
  | 'card'
  | 'iban'
  | 'one-time-code'
  | 'bot-token'
  | 'api-secret'
  /** A secret that was certain elsewhere in the same payload. */
  | 'repeat'
  /** Nested beyond what any platform sends; dropped unread. */
  | 'too-deep';

/** A stretch of text that a rule wants masked; positions in UTF-16 units. */
export interface Span {
  rule: RuleName;
  /** True: the form proves it (checksum, signature of the format, or a plain statement beside it). */
  certain: boolean;
  start: number;
  end: number;
}

interface FindingBase {
  rule: RuleName;
  /** Where the string stands in the payload, such as `$.message.text`; `$` for a bare text. */
  path: string;
  /** First masked UTF-16 unit in that string. */
  start: number;
  /** Number of masked UTF-16 units. */
  length: number;
}

/** Masked for good: nothing of the original is kept anywhere. */
export interface CertainFinding extends FindingBase {
  certain: true;
}

/** Masked in case. `secret` is what stood there; kept encrypted for at most 24 h, shown only by an audited reveal. */
export interface UncertainFinding extends FindingBase {
  certain: false;
  secret: string;
}

export type Finding = CertainFinding | UncertainFinding;

/** Takes the place of every masked UTF-16 unit, so that offsets into the text stay true. */
export const MASK = '•';

/**
 * Work that a single text may cost. A rule that runs out masks what is left by its form alone: a hostile text gets
 * masked too widely, never read for too long.
 */
export interface Budget {
  /** Checksums over the words of a phrase. */
  checksums: number;
  /** Keys read from base58, which costs by the square of their length. */
  decodes: number;
  /** Numbers grouped like those of a card. */
  cards: number;
  /** Looks at the words around a candidate. */
  contexts: number;
  /** Elliptic-curve operations. */
  curves: number;
}

/** Spends one unit; false when none is left. */
export function spend(budget: Budget, kind: keyof Budget): boolean {
  if (budget[kind] <= 0) return false;
  budget[kind] -= 1;
  return true;
}
