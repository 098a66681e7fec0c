/**
 * A gateway in miniature: starts the embedded store as the user it is told, takes the gateway lock, says so, and stops
 * on demand. Argument: JSON of {@link OwnerOrder}.
 */
import { systemClock } from '../../../src/core/ids-and-time.ts';
import { EmbeddedStoreError, holdGatewayLock, startEmbedded } from '../../../src/store/embedded/index.ts';
import { quietLog } from '../../kit/quiet-log.ts';

/** What the parent wants. */
export interface OwnerOrder {
  readonly dataDir: string;
  readonly packageDir?: string;
  /** Become this user first. */
  readonly uid?: number;
  readonly gid?: number;
}

/** What it answers. */
export type OwnerAnswer =
  | { readonly ok: true; readonly url: string; readonly pid: number; readonly adopted: boolean; readonly held: boolean }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly mend: string };

const order = JSON.parse(process.argv[2] ?? '{}') as OwnerOrder;
if (order.gid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(order.gid);
}
if (order.uid !== undefined) process.setuid?.(order.uid);

try {
  const server = await startEmbedded({
    dataDir: order.dataDir,
    log: quietLog(),
    clock: systemClock,
    ...(order.packageDir === undefined ? {} : { packageDir: order.packageDir }),
  });
  const lock = await holdGatewayLock(server.url, () => process.exit(3));
  const finish = async (): Promise<void> => {
    if (lock.held) await lock.release();
    await server.stop();
    process.disconnect();
  };
  process.once('message', () => void finish());
  answer({ ok: true, url: server.url, pid: server.pid, adopted: server.adopted, held: lock.held });
} catch (error) {
  if (error instanceof EmbeddedStoreError) {
    answer({ ok: false, code: error.code, message: error.message, mend: error.mend });
  } else {
    answer({ ok: false, code: 'unexpected', message: String(error), mend: '' });
  }
  process.disconnect();
}

function answer(message: OwnerAnswer): void {
  process.send?.(message);
}
