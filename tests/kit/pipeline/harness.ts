import { createTurns, type TurnOptions } from '../../../src/conversation/turn.ts';
import { createWaitingTurns } from '../../../src/conversation/waiting-turns.ts';
import { createWorker, type Worker } from '../../../src/conversation/worker.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId, type TeamId } from '../../../src/core/model/ids.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { ChangeSink } from '../../../src/core/ports/changes.ts';
import type { ChannelAccount, InboundPayload } from '../../../src/core/ports/channel.ts';
import type { PipelineStore } from '../../../src/core/ports/pipeline-store.ts';
import type { WakeQueue } from '../../../src/core/ports/queue.ts';
import { createRecovery } from '../../../src/delivery/recovery.ts';
import { createIntake, type IntakeOptions } from '../../../src/ingest/intake.ts';
import { tellChanges } from '../../../src/realtime/telling-store.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import type { IngestOptions } from '../../../src/store/hot/ingest.ts';
import { createPipelineStore } from '../../../src/store/hot/pipeline-store.ts';
import { type Instance, registerInstance } from '../../../src/store/instances.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { createThreadFinder } from '../../../src/store/thread-finder.ts';
import { quietLog } from '../quiet-log.ts';

/** Fills an empty database with our schema. */
export async function migrateForTest(url: string): Promise<void> {
  const database = openDatabase({ url, log: quietLog(), max: 1 });
  for (const migration of migrations) await database.pool.query(migration.sql);
  await database.close();
}

/** A queue without a server: a wake calls the listener in the next turn of the event loop. */
export function directQueue(): WakeQueue {
  let listener: ((shard: number) => Promise<void>) | undefined;
  return {
    wake: (shard) => {
      setImmediate(() => void listener?.(shard));
    },
    listen: (handle) => {
      listener = handle;
      return Promise.resolve();
    },
    healthy: () => true,
    look: () => Promise.resolve({ backend: 'postgres', healthy: true, mailboxes: [] }),
    rebuild: () => Promise.resolve(),
    close: () => {
      listener = undefined;
      return Promise.resolve();
    },
  };
}

/** A bot that echoes, as `[echo]` alone does. */
export const echoBot: Bot = {
  waits: false,
  deadlineMs: 10_000,
  echoOnly: true,
  decide: (input) =>
    Promise.resolve({
      replies: input.messages.map((message) => ({ content: { text: message.text }, class: 'repeatable' as const })),
      handoff: false,
      why: 'echo',
      memory: {},
    }),
};

export interface Gateway {
  database: Database;
  store: PipelineStore & { idle(): Promise<void> };
  instance: Instance;
  worker: Worker;
  log: ReturnType<typeof quietLog>;
  receive(payloads: readonly object[], others?: Omit<InboundPayload, 'data'>): Promise<void>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  url: string;
  account: ChannelAccount;
  bot?: Bot;
  queue?: WakeQueue;
  ingest?: Partial<IngestOptions>;
  /** Told what changes. */
  changes?: (database: Database) => ChangeSink;
  /** Who gets what the bot hands over; `support` when left out. */
  teamFor?: (language: string) => TeamId;
  languageOf?: TurnOptions['languageOf'];
  /** Nothing is guarded when left out. */
  guardPayload?: IntakeOptions['guardPayload'];
  /** What the bot's first answer begins with. */
  greeting?: string;
  /** Leave the worker to the test. */
  withoutWorker?: boolean;
}

/** The whole pipeline in this process over a real database: what `app.ts` joins, with a pretended platform. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const log = quietLog();
  const ids = createUuidV7(systemClock);
  const database = openDatabase({ url: options.url, log });
  await database.db
    .insertInto('account')
    .values({ id: options.account.id, channel: options.account.channel, pace: paceRow(options.account) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const queue = options.queue ?? directQueue();
  const bot = options.bot ?? echoBot;
  let store: (PipelineStore & { idle(): Promise<void> }) | undefined;
  const instance = await registerInstance({
    database,
    ids,
    log,
    roles: ['test'],
    host: 'test',
    pid: process.pid,
    version: 'test',
    embedded: false,
    onReborn: (id) => store?.useInstance(id),
  });
  store = createPipelineStore({
    database,
    clock: systemClock,
    instance: instance.id(),
    shards: 2,
    ingest: { pauseMs: 0, pauseMaxMs: 0, firstOwner: { kind: 'bot' }, ...options.ingest },
  });
  const pipeline = tellChanges(store, options.changes?.(database) ?? { changed: () => undefined });
  const turns = createTurns({
    bot,
    limited: options.ingest?.floodLimit !== undefined,
    ids,
    log,
    texts: {
      secretWarning: () => 'secret warning',
      goPrivate: () => 'go on in private',
      arrived: () => 'only we read this',
      handedOver: () => 'a person will answer',
      sealed: () => 'write elsewhere',
      invite: (_language, name) => `write to ${name ?? 'us'}`,
      ...(options.greeting === undefined ? {} : { greeting: () => options.greeting ?? '' }),
    },
    teamFor: (_account, language) => options.teamFor?.(language) ?? brandId('support'),
    languageOf: options.languageOf ?? (() => 'en'),
  });
  const waiting = createWaitingTurns({
    bot,
    store: pipeline,
    log,
    stillOpen: async (id) =>
      (await database.db.selectFrom('turn').select('state').where('id', '=', id).executeTakeFirst())?.state ===
      'running',
    onFinished: () => queue.wake(0),
  });
  const recovery = createRecovery({ store: pipeline, queue, shards: 2, log });
  const worker = createWorker({
    store: pipeline,
    queue,
    log,
    shards: 2,
    reap: () => instance.reap(),
    drain: {
      store: pipeline,
      turns,
      clock: systemClock,
      log,
      account: (id) => (id === options.account.id ? options.account : undefined),
      startWaiting: (turn, input) => waiting.start(turn, input),
      onAttempt: (id, verdict) => recovery(id, verdict),
    },
  });
  const intake = createIntake({
    account: options.account,
    store: pipeline,
    queue,
    ids,
    log,
    guardPayload: options.guardPayload ?? ((payload) => ({ payload, findings: [] })),
    guardText: (text) => ({ text, findings: [] }),
    seal: (plain) => plain,
    digest: (data) => Buffer.from(data).toString('hex').slice(0, 32),
    putBlob: () => Promise.resolve('blob'),
    isThanks: (text) => text === 'thanks',
    threads: createThreadFinder(database),
    onResult: () => undefined,
  });
  if (options.withoutWorker !== true) await worker.start();
  return {
    database,
    store: pipeline,
    instance,
    worker,
    log,
    receive: (payloads, others = {}) =>
      intake(payloads.map((payload) => ({ data: Buffer.from(JSON.stringify(payload)), ...others }))),
    async stop() {
      await worker.stop(5_000);
      waiting.stop();
      await pipeline.idle();
      await queue.close();
      await instance.stop();
      await database.close();
    },
  };
}

function paceRow(account: ChannelAccount): string | null {
  const { pace } = account;
  if (pace === null) return null;
  return JSON.stringify({
    accountMs: 1_000 / pace.accountPerSecond,
    chatMs: 1_000 / pace.chatPerSecond,
    groupMs: 60_000 / pace.groupPerMinute,
    burst: pace.burst,
  });
}
