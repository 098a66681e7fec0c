import type { Interaction } from '../../../channels/discord/simulator/index.ts';

/** A message of a customer that counts. */
export interface Said {
  readonly channelId: string;
  readonly authorId: string;
  /** Its beginning, which no other message has: kind, writer and number. */
  head: string;
  /** How many files came with it. */
  readonly files: number;
  /**
   * What happened to it later. Discord brings an edit or a deletion once, to whoever is connected then, and no list tells of it: one that
   * came while a process died may be lost. `surely`: it came while all was well.
   */
  edited: 'no' | 'perhaps' | 'surely';
  removed: 'no' | 'perhaps' | 'surely';
}

/** A press on a button, or a form that was sent; Discord brings it once, and what was not answered may be lost. */
export interface Gesture {
  readonly kind: 'press' | 'form';
  readonly interaction: Interaction;
  readonly head: string;
}

/** What the customers did: the other half of the truth. */
export interface Deeds {
  /** By `channel:message`. */
  readonly said: Map<string, Said>;
  readonly gestures: Gesture[];
  /** What others said to each other where the bot was, as `channel:message`. */
  readonly chatter: Set<string>;
}

/** The beginning of an answer or a message, by which it is known; null where it has none. */
export function headOf(text: string): string | null {
  return /^(?:echo )?((?:pick )?(?:text|single|menu|human|form|hello) \d+-\d+)(?= |$)/.exec(text)?.[1] ?? null;
}

/** Whether we told the customer that it was taken: a press by its answer, a form by the line that only its sender sees. */
export function isAcknowledged({ kind, interaction }: Gesture): boolean {
  return kind === 'press' ? interaction.answer?.type === 6 : interaction.originalId !== null;
}
