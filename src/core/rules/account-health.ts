import {
  type AccountJudgement,
  type AccountRecord,
  SEVERITIES,
  type Severity,
  UPDATE_OUTCOMES,
  type UpdateCounts,
} from '../model/account.ts';

/** Trouble shorter than this is nobody's business: a restart, a cut line. */
export const WARNING_AFTER_MS = 60_000;
/** Far from the day after which Telegram forgets, and long before a shift ends. */
export const CRITICAL_AFTER_MS = 3_600_000;
/** An owner says something at least every half minute. */
export const SILENT_AFTER_MS = 120_000;
/** A batch is stored within seconds or refused. */
export const UNSETTLED_AFTER_MS = 60_000;

const MINUTE_MS = 60_000;

/** A length of time as people say it: `45 s`, `12 min`, `3 h 20 min`. */
export function spoken(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** The worst of several. */
export function worst(...severities: readonly Severity[]): Severity {
  return severities.reduce(
    (left, right) => (SEVERITIES.indexOf(right) > SEVERITIES.indexOf(left) ? right : left),
    'ok',
  );
}

/** Updates that were received and of which nothing says what became of them. Not below 0 however the numbers were read. */
export function uncounted(counts: UpdateCounts): number {
  return Math.max(0, counts.seen - UPDATE_OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0));
}

/** How bad trouble is that has lasted this long. */
function byLength(ms: number): Severity {
  if (ms >= CRITICAL_AFTER_MS) return 'critical';
  return ms >= WARNING_AFTER_MS ? 'warning' : 'ok';
}

type Part = Pick<AccountJudgement, 'standing' | 'severity' | 'code' | 'reason' | 'mend'> & {
  behindMs?: number;
  waiting?: number;
};

function judgeConnection(record: AccountRecord): Part {
  const { state, ownerSilentMs, notOkMs } = record;
  if (state === null || ownerSilentMs === null || ownerSilentMs > SILENT_AFTER_MS) {
    return {
      standing: 'unknown',
      severity: worst('warning', byLength(notOkMs)),
      code: 'no_owner',
      reason: 'no process receives for this account',
      mend: 'start a gateway with the role connector; if one runs, look at its log',
      behindMs: notOkMs,
    };
  }
  switch (state.state) {
    case 'connected':
      return { standing: 'connected', severity: 'ok', code: null, reason: null, mend: null };
    case 'connecting': {
      // A start after a long absence begins well: what is wrong shows within a minute.
      const severity = (record.stateAgeMs ?? 0) < WARNING_AFTER_MS ? 'ok' : byLength(notOkMs);
      const reason = severity === 'ok' ? null : 'it is still connecting';
      return { standing: 'connecting', severity, code: severity === 'ok' ? null : 'connecting', reason, mend: null };
    }
    case 'lagging': {
      const { code, message, mend, behindMs, waiting } = state;
      const severity = worst('warning', byLength(Math.max(behindMs, notOkMs)));
      return {
        standing: 'lagging',
        severity,
        code,
        reason: message,
        mend,
        behindMs,
        ...(waiting === undefined ? {} : { waiting }),
      };
    }
    case 'retrying': {
      // Another program takes what is ours, or a setting is wrong: that is worth a look at once.
      const severity = worst(state.trouble === undefined ? 'ok' : 'warning', byLength(notOkMs));
      const { code, message, mend = null } = state;
      return { standing: state.trouble ?? 'retrying', severity, code, reason: message, mend, behindMs: notOkMs };
    }
    case 'stopped': {
      const { code, message, mend } = state;
      return {
        standing: state.trouble ?? 'stopped',
        severity: 'critical',
        code,
        reason: message,
        mend,
        behindMs: notOkMs,
      };
    }
  }
}

/** What is known of an account, as a verdict with reason and mend in plain words. Pure. */
export function judgeAccount(record: AccountRecord): AccountJudgement {
  const part = judgeConnection(record);
  const behindMs = Math.max(0, part.behindMs ?? 0);
  const waiting = part.waiting ?? null;
  const forgetsInMs = record.keepsMs === null || behindMs === 0 ? null : Math.max(0, record.keepsMs - behindMs);
  const told = { ...part, reason: withForgetting(part, behindMs, forgetsInMs), behindMs, waiting, forgetsInMs };
  const missing = uncounted(record.counts);
  if (missing === 0 || record.unsettledMs === null || record.unsettledMs <= UNSETTLED_AFTER_MS) return told;
  const lost = `of ${missing} received ${missing === 1 ? 'update' : 'updates'} nothing says what became of them for ${spoken(record.unsettledMs)}`;
  if (told.severity !== 'ok') return { ...told, severity: 'critical', reason: `${told.reason ?? ''}; ${lost}` };
  return {
    ...told,
    standing: 'uncounted',
    severity: 'critical',
    code: 'uncounted',
    reason: lost,
    mend: 'look at the log and the health of the store; restart the receiving process: the platform brings what was not confirmed again',
  };
}

function withForgetting({ reason, severity }: Part, behindMs: number, forgetsInMs: number | null): string | null {
  if (reason === null || severity === 'ok' || behindMs < WARNING_AFTER_MS) return reason;
  const since = `${reason.replace(/\.$/, '')}, for ${spoken(behindMs)}`;
  if (forgetsInMs === null) return since;
  if (forgetsInMs === 0) return `${since}; the platform has begun to forget messages`;
  return `${since}; the platform forgets the oldest messages in ${spoken(forgetsInMs)}`;
}
