/** A message of a customer, of which all count: whatever X lost on its way is found by asking. */
export interface Said {
  /** The thread it belongs to. */
  readonly address: string;
  readonly authorId: string;
  readonly atMs: number;
  /** Its beginning, which no other message has: kind, writer and number. */
  readonly head: string;
  /** How many files came with it. */
  readonly files: number;
  edited: boolean;
}

/** What stands behind an edited message. */
export const EDITED = ' edited';

/** What the customers did: the other half of the truth. By the key the store knows a message by. */
export type Deeds = Map<string, Said>;

/** The beginning of an answer or a message, behind the handles of a post, by which it is known; null where it has none. */
export function headOf(text: string): string | null {
  return /^(?:echo )?(?:@\w+ )*((?:text|single|human|ask|quote|reply) \d+-\d+)(?= |$)/u.exec(text)?.[1] ?? null;
}
