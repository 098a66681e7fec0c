import type { AccountJudgement, AccountRecord, ParkedEvent, Severity, UpdateCounts } from '../core/model/account.ts';
import { atLeast, type Viewer } from '../core/model/agent.ts';
import type { AccountHealthStore } from '../core/ports/account-health-store.ts';
import type { AccountDetail, Spending } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';
import { judgeAccount, uncounted } from '../core/rules/account-health.ts';

/** What leads and administrators see of an account. Moments are RFC 3339 in UTC. */
type Parked = NonNullable<AccountDetailsShown['parked']>;

export interface AccountDetailsShown extends Omit<AccountJudgement, 'severity'> {
  /** Since when it stands like this; null: it never said. */
  standingSince: string | null;
  groups: AccountDetail['groups'];
  /** What the platform charged today, where it does; null: nothing is known of it. US dollars. */
  spending: { spent: number; left: number | null; refillsAt: string } | null;
  /** What the account's plan leaves out, in English. */
  lacks: string[];
  /** The process that receives for it: `host (pid)`. */
  receivedBy: string | null;
  counts: UpdateCounts;
  /** Updates without an outcome: under way, or lost. */
  unsettled: number;
  lastSeenAt: string | null;
  lastStoredAt: string | null;
  /** What came and nobody could read: how much of it there is, and the newest. Null: it could not be looked up now. */
  parked: { count: number; latest: ParkedEvent[] } | null;
}

export interface AccountShown {
  id: string;
  channel: string;
  /** As customers know it; null while unknown. */
  name: string | null;
  severity: Severity;
  /** Since when it is not well; null while it is. */
  since: string | null;
  /** Null for agents. */
  details: AccountDetailsShown | null;
}

export interface AccountOverviewParts {
  store: Pick<AccountHealthStore, 'list'>;
  /** By account. */
  parked(): Promise<ReadonlyMap<string, Parked>>;
  clock: Clock;
  /** Whether the account is in the configuration. */
  knows(id: string): boolean;
}

const MICROS = 1_000_000;

/** What was said of a day that is over holds no more. */
function spendingOf(said: Spending | undefined, nowMs: number): AccountDetailsShown['spending'] {
  if (said === undefined || said.refillsAtMs <= nowMs) return null;
  const { spentMicros, leftMicros, refillsAtMs } = said;
  return {
    spent: spentMicros / MICROS,
    left: leftMicros === null ? null : leftMicros / MICROS,
    refillsAt: new Date(refillsAtMs).toISOString(),
  };
}

/** How our accounts stand. */
export interface AccountOverview {
  list(viewer: Viewer): Promise<AccountShown[]>;
}

export function createAccountOverview({ store, parked, clock, knows }: AccountOverviewParts): AccountOverview {
  const momentOf = (ageMs: number | null): string | null =>
    ageMs === null ? null : new Date(clock.nowMs() - ageMs).toISOString();

  function show(record: AccountRecord, whole: boolean, unread: Parked | null): AccountShown {
    const { severity, ...judgement } = judgeAccount(record);
    const { counts } = record;
    const details: AccountDetailsShown = {
      ...judgement,
      standingSince: momentOf(judgement.standing === 'unknown' ? record.ownerSilentMs : record.stateAgeMs),
      groups: record.detail?.groups ?? null,
      spending: spendingOf(record.detail?.spending, clock.nowMs()),
      lacks: [...(record.detail?.lacks ?? [])],
      receivedBy: record.owner === null ? null : `${record.owner.host} (${record.owner.pid})`,
      counts,
      unsettled: uncounted(counts),
      lastSeenAt: momentOf(record.lastSeenAgeMs),
      lastStoredAt: momentOf(record.lastStoredAgeMs),
      parked: unread,
    };
    return {
      id: record.id,
      channel: record.channel,
      name: record.detail?.name ?? null,
      severity,
      since: severity === 'ok' ? null : momentOf(record.notOkMs),
      details: whole ? details : null,
    };
  }

  return {
    async list(viewer) {
      const whole = atLeast(viewer.role, 'lead');
      // How accounts stand is asked for most when the store is in trouble: what cannot be read there must not hide it.
      const [records, unread] = await Promise.all([store.list(), whole ? parked().catch(() => null) : null]);
      return records
        .filter(({ id }) => knows(id))
        .map((record) =>
          show(record, whole, unread === null ? null : (unread.get(record.id) ?? { count: 0, latest: [] })),
        );
    },
  };
}
