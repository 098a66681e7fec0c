/**
 * Named moments at which a crash must do no harm. In production nothing is installed and a call costs one comparison;
 * the crash tests install a hook that kills the process at the chosen one.
 */
let hook: ((name: CrashPoint) => void) | undefined;

export const CRASH_POINTS = [
  'start.registered',
  'ingest.received',
  'ingest.before-commit',
  'ingest.after-commit',
  'ingest.before-ack',
  'ingest.after-ack',
  'wake.before',
  'wake.after',
  'claim.before',
  'claim.after',
  'turn.before-brain',
  'turn.after-brain',
  'turn.stored',
  'turn.before-result',
  'turn.after-result',
  'decide.before-commit',
  'decide.after-commit',
  'handoff.before-commit',
  'handoff.after-commit',
  'reply.before-commit',
  'reply.after-commit',
  'send.before-call',
  'send.after-call',
  'settle.before-commit',
  'settle.after-commit',
  'sweep.after-claim',
  'bury.before-commit',
  'bury.after-commit',
  'file.claimed',
  'file.received',
  'file.kept',
  'file.settled',
  'seal.before-commit',
  'seal.after-commit',
] as const;
/** Moments that only channels of letters pass: a mail read and its files kept, and the end of a mail written but not answered. */
export const LETTER_CRASH_POINTS = ['mail.read', 'mail.stored', 'send.mid-call', 'send.answered'] as const;
/** Moments of a renewal of tokens of which each is good for one use (OAuth 2.0), in their order. */
export const RENEWAL_CRASH_POINTS = ['token.locked', 'token.marked', 'token.answered', 'token.kept'] as const;
export type CrashPoint =
  | (typeof CRASH_POINTS)[number]
  | (typeof LETTER_CRASH_POINTS)[number]
  | (typeof RENEWAL_CRASH_POINTS)[number];

/** Passes a named moment. */
export function crashPoint(name: CrashPoint): void {
  if (hook !== undefined) hook(name);
}

/** Installs the hook; tests only. */
export function onCrashPoint(next: (name: CrashPoint) => void): void {
  hook = next;
}
