import type { Text } from '../i18n/text.ts';

/** A reason in the agent's language, and what can only be said in the server's or the platform's English. */
export interface Reason {
  words: string | null;
  inEnglish: string | null;
}

const DELIVERY_KINDS = [
  'auth',
  'bounced',
  'complaint',
  'delayed',
  'earlier_part',
  'forbidden',
  'invalid',
  'moved',
  'not_called',
  'partly',
  'poison',
  'rate_limited',
  'transient',
  'unknown',
] as const;

/** Kinds that come with the platform's own words, which say more than the kind. */
const WITH_DETAIL: readonly string[] = ['auth', 'bounced', 'delayed', 'invalid', 'partly', 'transient'];

/** Why a part is not where it should be. */
export function deliveryReason(one: { errorKind: string | null; error: string | null }, t: Text): Reason {
  const kind = DELIVERY_KINDS.find((known) => known === one.errorKind);
  if (kind === undefined) return { words: null, inEnglish: one.error ?? one.errorKind };
  return { words: t(`delivery.why.${kind}`), inEnglish: WITH_DETAIL.includes(kind) ? one.error : null };
}

/** How the bot says why it hands over. What a brain of its own says is no part of this, and stays as it is. */
const HANDOFFS = [
  ['asked', /^handoff-request: /],
  ['no-answer', /^no-answer: /],
  ['secret', /^(?:guard: |a secret was pasted$)/],
  ['late', /(?:^the bot did not answer in time$| did not decide within \d+ ms$)/],
  ['failure', /(?:^the bot answer could not be | failed with \S)/],
  ['disabled', /^its agent was disabled$/],
  ['continued', /^continued elsewhere$/],
  ['arrived', /^continued here$/],
  ['public', /^people answer in public$/],
  ['held-back', /^the bot says nothing more by itself here$/],
  ['enough', /^the bot has answered this sender often enough for a day$/],
  ['sealed', /^nobody here can read it$/],
  ['poison', /^a worker ended \d+ times while handling this$/],
] as const;

/** Why the bot handed over, or why a message could not be handled. */
export function handoffReason(why: string, t: Text): Reason {
  const known = HANDOFFS.find(([, pattern]) => pattern.test(why));
  return known === undefined
    ? { words: null, inEnglish: why }
    : { words: t(`handoff.why.${known[0]}`), inEnglish: null };
}
