import { SHARDS } from '../app.ts';
import { ParleyError } from '../core/errors.ts';
import { createWakeQueue } from '../queue/index.ts';
import { audit } from '../store/audit-row.ts';
import { placeOf } from '../store/reachable.ts';
import { configurationOf } from './configuration.ts';
import { operator } from './operator.ts';
import { say } from './output.ts';
import { withStore } from './store-access.ts';

const CONNECT_MS = 6_000;

/** `parley queue rebuild`: drops every stored wake and adds one per shard. No work is lost: the store knows what is due. */
export function queueRebuild(options: { config?: string | undefined }): Promise<void> {
  const { config } = configurationOf(options);
  return withStore(config, async (database, log) => {
    const queue = createWakeQueue({ url: config.queue.url, storeUrl: database.url, shards: SHARDS, log });
    try {
      const deadlineMs = performance.now() + CONNECT_MS;
      while (!queue.healthy()) {
        if (performance.now() > deadlineMs) {
          const where = config.queue.url === 'store' ? 'in the store' : `at ${placeOf(config.queue.url)}`;
          throw new ParleyError('queue', `the queue ${where} does not answer`, {
            mend: 'check queue.url and that its server runs; meanwhile work is found about a second later, nothing is lost',
          });
        }
        await new Promise((done) => setTimeout(done, 50));
      }
      await queue.rebuild();
      await audit(database.db, {
        actor: 'operator',
        agentId: operator().id,
        action: 'queue.rebuilt',
        subjectKind: 'queue',
        subjectId: 'wakes',
      });
      say(`The queue is rebuilt: ${SHARDS} wakes, one per shard.`);
    } finally {
      await queue.close();
    }
  });
}
