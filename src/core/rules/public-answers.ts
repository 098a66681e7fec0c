import type { ThreadRef } from '../model/inbound.ts';

/**
 * What the bot may say by itself where everybody reads it. `off`: nothing, people do. `draft`: what it would say waits for a person.
 * `auto`: one of the approved texts, once a day to each author; everything else waits for a person.
 */
export interface PublicAnswers {
  mode: 'off' | 'draft' | 'auto';
  /** Approved by whoever runs the installation, and said word for word; null: our own sentence, which says how to reach us in private. */
  texts: readonly ApprovedText[] | null;
  /** Most of them in an hour, over all authors. */
  perHour: number;
  /** How customers find us in private, such as `@Example`; null while unknown. */
  officialName: string | null;
}

/** `language`: a BCP 47 tag. */
export interface ApprovedText {
  language: string;
  text: string;
}

/** Where an answer would go. */
export interface AnsweredPlace {
  key: string;
  kind: ThreadRef['kind'];
  /** Of the message that would be answered. */
  entry: string | null;
}

/**
 * `not_called`: the platform takes public answers only where our account was called by name. `unreachable_chat`: nobody but the
 * customer's own devices can take part there.
 */
export type AnswerRefusal = 'not_called' | 'unreachable_chat';

/** The approved text for a customer's language, else the English one; null: there is none. */
export function approvedText(texts: readonly ApprovedText[], language: string): string | null {
  const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';
  const found = [language, 'en'].flatMap((wanted) => texts.find((one) => base(one.language) === base(wanted)) ?? []);
  return found[0]?.text ?? null;
}

const HANDLES = /[@＠]\w{1,30}/gu;
const STOP =
  /^(?:(?:please )?stop(?: it| this| that| replying| messaging(?: me)?)?|unsubscribe|leave me alone|别(?:再)?(?:回复|回|发)了?|不要(?:再)?(?:回复|回|发)了?|停止?|停下|やめて(?:ください)?|停止(?:して)?|그만(?:해(?:요|주세요)?)?|중지|para|basta|deja de escribir(?:me)?|detente|стоп|хватит|прекрати(?:те)?|отстань(?:те)?)$/iu;

/** Whether a message asks us to stop and says nothing else; handles and punctuation aside. */
export function asksToStop(text: string): boolean {
  return STOP.test(
    text
      .replaceAll(HANDLES, ' ')
      .replaceAll(/[\p{P}\p{S}\s]+/gu, ' ')
      .trim(),
  );
}
