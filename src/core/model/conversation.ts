import type { AgentId, TeamId } from './ids.ts';

export type ConversationStatus = 'open' | 'pending' | 'snoozed' | 'resolved';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

/** Exactly one owner; `none` only when resolved. */
export type Owner =
  | { kind: 'bot' }
  | { kind: 'queue'; teamId: TeamId }
  | { kind: 'agent'; agentId: AgentId }
  | { kind: 'none' };

/** Languages in which customers' bot texts exist. */
export const CUSTOMER_LANGUAGES = ['en', 'zh', 'ja', 'ko', 'es', 'ru'] as const;
export type CustomerLanguage = (typeof CUSTOMER_LANGUAGES)[number];

/** The language we write to somebody in, from what is known of theirs; English where we have no other. */
export function customerLanguage(known: string | null): CustomerLanguage {
  return CUSTOMER_LANGUAGES.find((one) => one === known) ?? 'en';
}

/** How long after `resolved` a message reopens the conversation instead of beginning a new one (chat channels). */
export const REOPEN_WINDOW_MS = 72 * 3_600_000;

/** How many days posts that only name us are kept: long enough to find one that was meant for us after all. */
export const NOISE_DAYS = 7;
