import { type AccountRecord, SEVERITIES, type Severity } from '../core/model/account.ts';
import type { InstanceId } from '../core/model/ids.ts';
import type { Log } from '../core/ports/log.ts';
import { judgeAccount } from '../core/rules/account-health.ts';
import type { Metrics } from './metrics.ts';

const LOOK_MS = 5_000;

export interface AccountAlarmsOptions {
  list(): Promise<readonly AccountRecord[]>;
  /** Whether this process's configuration has the account. */
  knows(account: string): boolean;
  /** Null in a process that receives for no account: it measures and leaves the telling to others. */
  instance: (() => InstanceId) | null;
  metrics: Pick<Metrics, 'accountHealth'>;
  log: Log;
}

/**
 * Looks how the accounts stand every five seconds: for the metrics, and to tell what got worse by lasting. A change of state
 * itself is told by whoever reports it.
 */
export function startAccountAlarms(options: AccountAlarmsOptions): { look(): Promise<void>; stop(): void } {
  const told = new Map<string, { kind: string; severity: Severity }>();

  function tell(record: AccountRecord): void {
    const { standing, severity, code, reason, mend, behindMs, forgetsInMs } = judgeAccount(record);
    options.metrics.accountHealth(record.id, severity, behindMs);
    if (options.instance === null) return;
    if (record.owner !== null && record.owner.instanceId !== options.instance()) return;
    const kind = `${standing} ${code ?? ''}`;
    const before = told.get(record.id);
    told.set(record.id, { kind, severity });
    const silentSoFar = standing === 'unknown' || standing === 'uncounted';
    const rank = before?.kind === kind ? SEVERITIES.indexOf(before.severity) : silentSoFar ? 0 : null;
    if (rank === null || SEVERITIES.indexOf(severity) <= rank) return;
    const fields = { accountId: record.id, channel: record.channel, standing, severity, behindMs, forgetsInMs };
    const said = `${reason ?? standing}${mend === null ? '' : `; ${mend}`}`;
    if (severity === 'critical') options.log.error(fields, said);
    else options.log.warn(fields, said);
  }

  async function look(): Promise<void> {
    for (const record of await options.list()) if (options.knows(record.id)) tell(record);
  }

  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    look()
      .catch((error: unknown) =>
        options.log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'account health not read'),
      )
      .finally(() => {
        busy = false;
      });
  }, LOOK_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
