import type { AccountId } from '../core/model/ids.ts';
import type { Log } from '../core/ports/log.ts';
import type { PipelineStore } from '../core/ports/pipeline-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import type { Verdict } from './outcome.ts';

export interface RecoveryOptions {
  store: Pick<PipelineStore, 'hasten'>;
  queue: Pick<WakeQueue, 'wake'>;
  shards: number;
  log: Log;
}

/**
 * Notices that a platform answers again after it could not be reached, and has what waits for its next try there tried at once:
 * after an hour's outage nobody should wait for the end of a pause that was chosen in it. Only this process's own calls are seen; the
 * first of any process is enough. Returns what is to be told of each call.
 */
export function createRecovery({
  store,
  queue,
  shards,
  log,
}: RecoveryOptions): (account: AccountId, verdict: Pick<Verdict, 'nextState' | 'errorKind'>) => void {
  const unreachable = new Set<AccountId>();

  async function hasten(accountId: AccountId): Promise<void> {
    const threads = await store.hasten(accountId);
    if (threads === 0) return;
    log.info({ accountId, threads }, 'the platform answers again; what waited is tried now');
    for (let shard = 0; shard < shards; shard += 1) queue.wake(shard);
  }

  return (account, { nextState, errorKind }) => {
    if (errorKind === 'transient') unreachable.add(account);
    else if (nextState === 'sent' && unreachable.delete(account)) {
      // Whatever this fails by, the pauses end by themselves.
      hasten(account).catch((error: unknown) =>
        log.debug({ accountId: account, error: error instanceof Error ? error.name : typeof error }, 'not hastened'),
      );
    }
  };
}
