import { createFaultList, type FaultList, type StrikingRule } from '../../shared/simulated-faults.ts';

/** Steps of SMTP, in their order. `answer`: the server's word on the whole mail. */
export const SMTP_STEPS = ['connect', 'hello', 'auth', 'sender', 'recipient', 'data', 'content', 'answer'] as const;
export type SmtpStep = (typeof SMTP_STEPS)[number];

/**
 * Trouble on command. For IMAP (`command` says at which one, such as `FETCH`, `SEARCH`, `LOGIN`; absent: at any):
 * - `imap_cut`: the connection is cut instead of an answer. `imap_hang`: no answer ever. `imap_slow`: after `latencyMs`.
 * - `imap_no`: answered NO with `words` (a response code such as `[UNAVAILABLE]` may lead them).
 * - `imap_bye`: `* BYE` and the end. `login_refused`: `[AUTHENTICATIONFAILED]`.
 * - `cut_fetch`: the connection is reset after `afterBytes` (default 500) of a mail's content.
 * - `fetch_nil`: the content of a mail is answered with NIL, as of a mail that is broken on the server.
 * - `idle_silent`: IDLE is taken, but nothing is ever said in it. `idle_refused`: answered NO. `no_idle`: not offered.
 * - `login_disabled`: the greeting says so.
 * For SMTP, at step `at`:
 * - `smtp_cut`: the connection is cut there; at `content` after `afterBytes` (default 500) of the mail; at `answer` when the mail
 *   was taken and before we say so (`lost: true`: it was not taken; nobody can tell the two apart).
 * - `smtp_hang`: no answer ever. `smtp_slow`: after `latencyMs`.
 * - `smtp_refuse`: answered `code` (default 550) and `words`; for one `address` alone if given. With `code` 451 it is greylisting.
 * - `bounce`: the mail is taken, and comes back as a DSN after `latencyMs` (default 0), of `action` (default failed).
 */
export const FAULT_KINDS = [
  'imap_cut',
  'imap_hang',
  'imap_slow',
  'imap_no',
  'imap_bye',
  'login_refused',
  'login_disabled',
  'cut_fetch',
  'fetch_nil',
  'idle_silent',
  'idle_refused',
  'no_idle',
  'smtp_cut',
  'smtp_hang',
  'smtp_slow',
  'smtp_refuse',
  'bounce',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule extends StrikingRule {
  kind: FaultKind;
  command?: string;
  at?: SmtpStep;
  /** Recipient; for `login_refused` the user. */
  address?: string;
  code?: number;
  words?: string;
  afterBytes?: number;
  latencyMs?: number;
  lost?: boolean;
  action?: 'failed' | 'delayed';
}

/** Trouble on command, as whoever runs the simulator holds it. */
export type Faults = FaultList<FaultRule>;

/** Where a rule may strike. */
export interface FaultPlace {
  command?: string;
  at?: SmtpStep;
  address?: string;
}

export interface DrawnFaults extends Faults {
  /** The first rule of these kinds that strikes here, or null. */
  draw(kinds: readonly FaultKind[], place?: FaultPlace): FaultRule | null;
}

export function createFaults(random: () => number): DrawnFaults {
  const list = createFaultList<FaultRule>(random);
  const fits = (rule: FaultRule, place: FaultPlace): boolean =>
    (rule.command === undefined || rule.command.toUpperCase() === place.command) &&
    (rule.at === undefined || rule.at === place.at) &&
    (rule.address === undefined || rule.address.toLowerCase() === place.address?.toLowerCase());
  return Object.assign(list, {
    draw: (kinds: readonly FaultKind[], place: FaultPlace = {}) =>
      list.strike((rule) => kinds.includes(rule.kind) && fits(rule, place)),
  });
}
