import type { Message, Participant } from '../api/model.ts';
import { type Correspondent, redirectedTo } from './letter-facts.ts';

/** What somebody decided about the letter they write. Null: as the server would have it. */
export interface LetterDraft {
  to: readonly Correspondent[] | null;
  cc: readonly Correspondent[];
  bcc: readonly Correspondent[];
  subject: string | null;
}

export const UNTOUCHED: LetterDraft = { to: null, cc: [], bcc: [], subject: null };

/** The letter a reply answers, as the server will choose it. */
export interface AnsweredLetter {
  author: Correspondent;
  /** Who gets the answer when nobody is chosen. */
  to: readonly Correspondent[];
  /** The answer goes to somebody who did not write the letter. */
  redirected: boolean;
  /** Of the answer. */
  subject: string;
  atMs: number;
}

/** What the server takes, all recipients together. */
export const MOST_RECIPIENTS = 50;

const ANSWERS = /^\s*(?:re|aw|antw|sv|回复|答复|答覆|回覆|返信|회신|отв)\s*[:：]/iu;

/** The newest letter that somebody has to answer, else the newest of all; null: there is none among these. */
export function answeredLetter(items: readonly Message[]): AnsweredLetter | null {
  const letters = items.filter((one) => one.kind === 'inbound' && one.extras?.letter?.from !== undefined);
  const newest = letters.findLast((one) => one.state !== 'filed') ?? letters.at(-1);
  const letter = newest?.extras?.letter;
  if (newest === undefined || letter?.from === undefined) return null;
  const { from, replyTo = [], subject } = letter;
  const to = replyTo.length > 0 ? replyTo : [from];
  return {
    author: from,
    to,
    redirected: redirectedTo(letter).length > 0,
    subject: subject === '' || ANSWERS.test(subject) ? subject : `Re: ${subject}`,
    atMs: Date.parse(newest.at),
  };
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** The people with one more, once. */
export function withPerson(people: readonly Correspondent[], one: Correspondent): readonly Correspondent[] {
  return people.some(({ address }) => same(address, one.address)) ? people : [...people, one];
}

export function withoutPerson(people: readonly Correspondent[], address: string): readonly Correspondent[] {
  return people.filter((one) => !same(one.address, address));
}

/** Who else takes part and gets this answer only if the agent says so. */
export function leftOut(
  draft: LetterDraft,
  answered: AnsweredLetter | null,
  participants: readonly Participant[],
): readonly Correspondent[] {
  const chosen = [...(draft.to ?? answered?.to ?? []), ...draft.cc, ...draft.bcc];
  const people = [...participants, ...(answered === null ? [] : [answered.author])];
  const others: Correspondent[] = [];
  for (const { address, name } of people) {
    if (![...chosen, ...others].some((one) => same(one.address, address))) others.push({ address, name });
  }
  return others;
}

const ADDRESS =
  /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}[\p{L}\p{N}-]{2,63}$/u;

/** Reads what was typed or pasted: addresses with or without names, several at once. `rest`: what is no address. */
export function readPeople(typed: string): { people: readonly Correspondent[]; rest: string } {
  const people: Correspondent[] = [];
  const rest: string[] = [];
  for (const piece of typed.split(/[,;\n]+/u).map((one) => one.trim())) {
    // Trimmed before: an expression that allows spaces in front tries a long row of them from every place.
    const [, named = '', bracketed] = /^"?([^"<]{0,200}?)"?\s*<([^<>]{1,254})>$/u.exec(piece) ?? [];
    const address = (bracketed ?? piece).trim();
    if (ADDRESS.test(address)) people.push({ address, name: named.trim() });
    else if (address !== '') rest.push(piece);
  }
  return { people, rest: rest.join(', ') };
}

/** What is sent with a reply: those who were shown, whatever comes meanwhile. Undefined: nothing was decided or known. */
export function letterToSend(draft: LetterDraft, answered: AnsweredLetter | null): LetterToSend | null {
  const to = draft.to ?? answered?.to ?? [];
  const subject = draft.subject === null || draft.subject === answered?.subject ? '' : draft.subject.trim();
  if (to.length + draft.cc.length + draft.bcc.length === 0 && subject === '') return null;
  return { to, cc: draft.cc, bcc: draft.bcc, ...(subject === '' ? {} : { subject }) };
}

/** As the server takes it. */
export interface LetterToSend {
  to: readonly Correspondent[];
  cc: readonly Correspondent[];
  bcc: readonly Correspondent[];
  subject?: string;
}

/** Why the letter cannot be sent as it stands; null: it can. */
export function letterTrouble(draft: LetterDraft): 'nobody' | 'tooMany' | null {
  if (draft.to?.length === 0) return 'nobody';
  const count = (draft.to?.length ?? 1) + draft.cc.length + draft.bcc.length;
  return count > MOST_RECIPIENTS ? 'tooMany' : null;
}

function readCorrespondents(value: unknown): readonly Correspondent[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { address, name }: Record<string, unknown> = { ...one };
    return typeof address === 'string' && typeof name === 'string' ? [{ address, name }] : [];
  });
}

/** Reads what was kept of a draft; undefined: nothing. */
export function readLetterDraft(value: unknown): LetterDraft | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { to, cc, bcc, subject }: Record<string, unknown> = { ...value };
  return {
    to: Array.isArray(to) ? readCorrespondents(to) : null,
    cc: readCorrespondents(cc),
    bcc: readCorrespondents(bcc),
    subject: typeof subject === 'string' ? subject : null,
  };
}

/** Reads what was kept of a reply that waits; null: nothing. */
export function readLetterToSend(value: unknown): LetterToSend | null {
  const read = readLetterDraft(value);
  if (read === undefined) return null;
  const { to, cc, bcc, subject } = read;
  return { to: to ?? [], cc, bcc, ...(subject === null ? {} : { subject }) };
}
