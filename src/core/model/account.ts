import type { AccountDetail, AccountTrouble, ConnectionState } from '../ports/channel.ts';

/**
 * How an account stands, in one word. `unknown`: no process receives for it. `uncounted`: it is connected, but of some updates
 * nothing says what became of them.
 */
export const STANDINGS = [
  'connected',
  'connecting',
  'lagging',
  'retrying',
  'needs_login',
  'webhook_off',
  'webhook_set',
  'second_poller',
  'stopped',
  'unknown',
  'uncounted',
] as const satisfies readonly (ConnectionState['state'] | AccountTrouble | 'unknown' | 'uncounted')[];
export type AccountStanding = (typeof STANDINGS)[number];

/** `warning`: somebody should look today. `critical`: messages do not arrive, or will be lost, unless somebody acts. */
export const SEVERITIES = ['ok', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What can become of an update that was received and taken. */
export const UPDATE_OUTCOMES = ['stored', 'duplicate', 'filed', 'parked'] as const;
export type UpdateOutcome = (typeof UPDATE_OUTCOMES)[number];

/** Updates of one account since the processes that receive for it started, by what became of them. */
export type UpdateCounts = Readonly<Record<UpdateOutcome, number>> & {
  /** Received and not refused. What is missing in the other four is under way, or lost. */
  readonly seen: number;
};

export const NO_UPDATES: UpdateCounts = { seen: 0, stored: 0, duplicate: 0, filed: 0, parked: 0 };

/** What the store knows of one account. All ages by the database's clock, ms; null: never. */
export interface AccountRecord {
  id: string;
  channel: string;
  state: ConnectionState | null;
  detail: AccountDetail | null;
  /** Since it came to this kind of state. */
  stateAgeMs: number | null;
  /** Since it last was connected and up to date; 0 or little while it is. Counts from the account's first day when it never was. */
  notOkMs: number;
  /** Since the owner last said anything. */
  ownerSilentMs: number | null;
  /** The process that receives for it. */
  owner: { instanceId: string; host: string; pid: number } | null;
  /** How long the platform keeps what it cannot hand over; null: unknown. */
  keepsMs: number | null;
  counts: UpdateCounts;
  lastSeenAgeMs: number | null;
  lastStoredAgeMs: number | null;
  /** How long the longest update has been without an outcome; null: all have one. */
  unsettledMs: number | null;
}

/** What an {@link AccountRecord} comes to. */
export interface AccountJudgement {
  standing: AccountStanding;
  severity: Severity;
  /** For machines; null while nothing is wrong. */
  code: string | null;
  /** What is wrong, in plain words; null while nothing is. */
  reason: string | null;
  /** What to do about it; null where there is nothing to do but to wait. */
  mend: string | null;
  /** How old what arrives is, or how long nothing arrived; 0 while it is up to date. */
  behindMs: number;
  /** Updates that wait at the platform, where it says so. */
  waiting: number | null;
  /** Until the platform forgets the oldest message we do not have; null: nothing waits, or it forgets nothing. */
  forgetsInMs: number | null;
}

/** Something that came and that nobody could read. It is kept as it came. */
export interface ParkedEvent {
  /** As `parley inbound replay` takes it. */
  key: string;
  /** For people, in English. */
  reason: string;
  /** RFC 3339. */
  receivedAt: string;
}
