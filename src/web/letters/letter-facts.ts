import type { Attachment, Message, MessageExtras } from '../api/model.ts';
import type { Text } from '../i18n/text.ts';

/** What stands on a letter's envelope. */
export type Letter = NonNullable<MessageExtras['letter']>;
export type Correspondent = Letter['to'][number];

/** A person as they call themselves and where they can be written to; the address is never left out, since anybody has any name. */
export function personWords({ name, address }: Correspondent): string {
  return name === '' || name.toLowerCase() === address.toLowerCase() ? address : `${name} <${address}>`;
}

/** Marks of answers and forwards in front of a subject, in the languages mail programs write. */
const MARKS =
  /^(?:\s*(?:re|fwd?|aw|antw|wg|sv|vs|rv|tr|res|enc|回复|答复|答覆|回覆|转发|轉寄|返信|転送|회신|전달|отв|пересл)\s*(?:\[\d{1,3}\])?\s*[:：])+/iu;

/** A subject without marks of answers, for comparing. */
export function bareSubject(subject: string): string {
  return subject.replace(MARKS, '').replaceAll(/\s+/gu, ' ').trim();
}

/** Where answers are to go that is not who wrote; empty: there is no such thing. */
export function redirectedTo({ from, replyTo = [] }: Letter): readonly Correspondent[] {
  const author = from?.address.toLowerCase();
  return replyTo.filter(({ address }) => address.toLowerCase() !== author);
}

const WARNINGS = [
  'several_from',
  'group_from',
  'no_from',
  'lookalike_name',
  'reply_to_mismatch',
  'bidi_name',
  'charset_mismatch',
  'broken_mime',
  'too_large',
] as const;

/** What a warning says; a code of a newer server as it is. */
export function warningWords(code: string, t: Text): string {
  const known = WARNINGS.find((one) => one === code);
  if (known !== undefined) return t(`letter.warning.${known}`);
  return code.startsWith('truncated_') ? t('letter.warning.truncated') : code;
}

const FILED = ['spam', 'auto_reply', 'machine', 'noise'] as const;

/** Why nobody has to answer; a code of a newer server as it is. */
export function filedWords(code: string, t: Text): string {
  const known = FILED.find((one) => one === code);
  return known === undefined ? t('filed.other', { code }) : t(`filed.${known}`);
}

/** The files of a message that are listed: of a letter not what stands in its formatted text, that text itself and the original. */
export function listedFiles({ attachments, extras }: Pick<Message, 'attachments' | 'extras'>): readonly Attachment[] {
  const formatted = extras?.letter?.formatted === true;
  return attachments.filter(({ role }) => role === 'file' || (role === 'inline' && !formatted));
}

/** The whole letter as it came, where it was kept. */
export function originalOf({ attachments }: Pick<Message, 'attachments'>): Attachment | null {
  return attachments.find(({ role, state }) => role === 'original' && state === 'stored') ?? null;
}
