import type { AccountRecord, UpdateCounts } from '../model/account.ts';
import type { AccountId, InstanceId } from '../model/ids.ts';
import type { AccountDetail, ConnectionState } from './channel.ts';

/** What the owner of an account says of it. */
export interface OwnerReport {
  /** Null: it has not said how it stands yet. */
  state: ConnectionState | null;
  /** Null: not learned in this process; what was known stays. */
  detail: AccountDetail | null;
  /** How long the platform keeps what it cannot hand over, ms; null: unknown. */
  keepsMs: number | null;
}

/** What one process counted of an account's updates since it started; ages in ms, null: never. */
export interface TallyReport {
  counts: UpdateCounts;
  lastSeenAgeMs: number | null;
  lastStoredAgeMs: number | null;
  /** How long the longest update has been without an outcome; null: each has one. */
  unsettledMs: number | null;
}

/** How accounts stand, for every process to read. */
export interface AccountHealthStore {
  /** Written only while the instance owns the account; says whether it does. */
  report(account: AccountId, instance: InstanceId, report: OwnerReport): Promise<boolean>;
  /** Writes this process's counts; those of processes that ended are dropped. */
  tally(account: AccountId, instance: InstanceId, tally: TallyReport): Promise<void>;
  /** Every account, by id; those that left the configuration too. */
  list(): Promise<AccountRecord[]>;
}
