import type { Log } from '../core/ports/log.ts';
import type { MailboxCounts, WakeQueue } from '../core/ports/queue.ts';
import { mailboxOf, type WakeBackend, type WakeProducer, wakeOptions } from './backend.ts';
import { createHandling, type Handling } from './handling.ts';
import { createMailboxes } from './mailboxes.ts';
import { createQuietErrors } from './quiet-errors.ts';
import { settles, within } from './within.ts';

/** The queue's server does not answer; only commands for people throw it. */
export class QueueUnavailableError extends Error {
  readonly mend =
    'Check that queue.url is right and that the server runs ("parley doctor"); no work is lost meanwhile.';

  constructor(kind: string, cause: unknown) {
    super(`The queue's server (${kind}) does not answer: ${String(cause)}.`, { cause });
    this.name = 'QueueUnavailableError';
  }
}

const ADD_LIMIT_MS = 2000;
const OPEN_LIMIT_MS = 4000;
const KEEP_EVERY_MS = 500;
const PROBE_EVERY_MS = 2000;

/**
 * The wake queue over one of BullMQ's stores. A keeper looks after it twice a second: it opens the connection again
 * after an outage, sends what was noted meanwhile, replaces a worker that is stuck and frees a mailbox whose key was
 * left behind.
 */
export function createWakeQueueOn(backend: WakeBackend, shards: number, log: Log): WakeQueue {
  const errors = createQuietErrors(log);
  let queue: WakeProducer | undefined;
  let handling: Handling | undefined;
  let closing: Promise<void> | undefined;
  let keeper: NodeJS.Timeout | undefined;
  let keeping: Promise<void> = Promise.resolve();
  let probeAtMs = 0;
  let suspect: { shard: number; jobId: string } | undefined;
  let nextShard = 0;

  const mailboxes = createMailboxes(shards, (error) => {
    errors.note(error, 'add');
    shut();
  });

  /** Takes the adding side down; the keeper builds a new one. A hanging command ends with its connection. */
  function shut(): void {
    mailboxes.shut();
    const old = queue;
    queue = undefined;
    if (old !== undefined) void discard(old);
  }

  async function open(): Promise<void> {
    const next = backend.createQueue();
    next.on('error', (error) => errors.note(error, 'connection'));
    try {
      await within(next.waitUntilReady(), OPEN_LIMIT_MS, 'connecting');
      await within(next.getWaitingCount(), OPEN_LIMIT_MS, 'asking');
    } catch (error) {
      errors.note(error, 'connect');
      void discard(next);
      return;
    }
    if (closing !== undefined) {
      await discard(next);
      return;
    }
    queue = next;
    probeAtMs = performance.now() + PROBE_EVERY_MS;
    mailboxes.open(async (shard) => {
      await within(next.add('wake', { shard }, wakeOptions(shard)), ADD_LIMIT_MS, 'adding a wake');
    });
    errors.back();
    // A worker that lived through an outage may be stuck in ways it cannot tell; a new one costs milliseconds.
    handling?.replace('the server was away');
  }

  async function probe(open: WakeProducer): Promise<void> {
    try {
      const waiting = await within(open.getWaitingCount(), ADD_LIMIT_MS, 'asking');
      handling?.sawWaiting(waiting);
      await healOne(open);
    } catch (error) {
      errors.note(error, 'probe');
      if (queue === open) shut();
    }
  }

  /** A deduplication key whose job is gone would swallow all wakes of its shard; seen twice, it is removed. */
  async function healOne(open: WakeProducer): Promise<void> {
    const shard = suspect?.shard ?? nextShard;
    const key = mailboxOf(shard);
    const jobId = await within(open.getDeduplicationJobId(key), ADD_LIMIT_MS, 'asking');
    const orphan = jobId !== null && (await within(open.getJob(jobId), ADD_LIMIT_MS, 'asking')) === undefined;
    if (orphan && suspect?.jobId === jobId) {
      await within(open.removeDeduplicationKey(key), ADD_LIMIT_MS, 'healing');
      mailboxes.wake(shard);
      log.warn({ shard }, 'freed a mailbox whose wake was gone');
    }
    suspect = orphan && suspect?.jobId !== jobId ? { shard, jobId } : undefined;
    if (suspect === undefined) nextShard = (shard + 1) % shards;
  }

  async function keep(): Promise<void> {
    if (queue === undefined) await open();
    else if (performance.now() >= probeAtMs) {
      probeAtMs = performance.now() + PROBE_EVERY_MS;
      await probe(queue);
    }
    if (closing === undefined) handling?.keep(queue !== undefined);
  }

  function keepOn(): void {
    if (closing !== undefined) return;
    keeping = keep()
      .catch((error: unknown) => errors.note(error, 'keeper'))
      .then(() => {
        if (closing === undefined) keeper = setTimeout(keepOn, KEEP_EVERY_MS);
      });
  }

  async function end(): Promise<void> {
    clearTimeout(keeper);
    mailboxes.shut();
    await handling?.close(queue !== undefined);
    await settles(keeping, 1000);
    const old = queue;
    queue = undefined;
    if (old !== undefined) await discard(old);
    await backend.close();
  }

  keepOn();
  return {
    wake: (shard) => {
      if (closing === undefined) mailboxes.wake(shard);
    },
    listen: (handle) => {
      if (handling !== undefined) return Promise.reject(new Error('listen() was called twice on one wake queue'));
      handling = createHandling(backend, handle, log);
      handling.keep(queue !== undefined);
      return Promise.resolve();
    },
    healthy: () => queue !== undefined && closing === undefined,
    look: async () => {
      const open = closing === undefined ? queue : undefined;
      const away = { backend: backend.kind, healthy: false, mailboxes: null };
      if (open === undefined) return away;
      try {
        return { backend: backend.kind, healthy: true, mailboxes: await countMailboxes(open, shards) };
      } catch (error) {
        errors.note(error, 'look');
        return away;
      }
    },
    rebuild: async () => {
      await keeping;
      const open = queue;
      if (open === undefined) throw new QueueUnavailableError(backend.kind, 'not connected');
      try {
        await open.obliterate({ force: true });
        for (let shard = 0; shard < shards; shard += 1) {
          await open.removeDeduplicationKey(mailboxOf(shard));
          await open.add('wake', { shard }, wakeOptions(shard));
        }
      } catch (error) {
        throw new QueueUnavailableError(backend.kind, error);
      }
    },
    close: () => (closing ??= end()),
  };
}

const STATES = ['waiting', 'active', 'failed'] as const;
/** More wakes than a healthy queue can hold by far. */
const MOST_LISTED = 200;

/** How many wakes stand in each mailbox. */
async function countMailboxes(queue: WakeProducer, shards: number): Promise<MailboxCounts[]> {
  const jobs = await within(
    Promise.all(STATES.map((state) => queue.getJobs([state], 0, MOST_LISTED))),
    ADD_LIMIT_MS,
    'asking',
  );
  const count = (state: number, shard: number): number =>
    (jobs[state] ?? []).filter((job) => job.data.shard === shard).length;
  return Array.from({ length: shards }, (_, shard) => ({
    shard,
    waiting: count(0, shard),
    active: count(1, shard),
    failed: count(2, shard),
  }));
}

/** Closes an object of BullMQ, by force when it takes longer than a moment. */
async function discard(queue: WakeProducer): Promise<void> {
  if (await settles(queue.close(), 500)) return;
  await settles(queue.disconnect(), 500);
}
