import { hostname } from 'node:os';
import { join as pathIn } from 'node:path';
import { shippedFaqFolder } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { lateServices } from './account-services.ts';
import { createAccounts, intakeOf, watchAccounts } from './account-side.ts';
import { startHttpSide } from './api/http-side.ts';
import { createBot } from './bot/bot.ts';
import { createEchoBrain } from './bot/echo.ts';
import { createFaqBrain, createFaqIndex } from './bot/faq.ts';
import { readArticles } from './bot/faq-articles.ts';
import { chooseLanguage } from './bot/language.ts';
import { createNotices } from './bot/notices.ts';
import { createTeamBoard } from './conversation/team-board.ts';
import { createTurns } from './conversation/turn.ts';
import { createWaitingTurns } from './conversation/waiting-turns.ts';
import { createWorker } from './conversation/worker.ts';
import { FLOOD_LIMIT } from './core/answer-limits.ts';
import { createOpened, type Opened } from './core/close-in-turn.ts';
import { ParleyError } from './core/errors.ts';
import { createUuidV7, systemClock } from './core/ids-and-time.ts';
import type { OutboundAttachment } from './core/model/attachment.ts';
import { CUSTOMER_LANGUAGES, type CustomerLanguage } from './core/model/conversation.ts';
import { type AccountId, type AgentId, type ConversationId, type MessageId } from './core/model/ids.ts';
import type { Brain } from './core/ports/brain.ts';
import type { InboundSink } from './core/ports/channel.ts';
import type { Log } from './core/ports/log.ts';
import type { PeopleStore } from './core/ports/people-store.ts';
import { createRecovery } from './delivery/recovery.ts';
import { createDesk, openChanges, type SandboxSide } from './desk.ts';
import { openBlobStore } from './files/blob-store.ts';
import { createKeyRing } from './files/crypto.ts';
import { loadMasterKeys } from './files/master-key.ts';
import { startFiles } from './files-side.ts';
import { replyAsAgent } from './inbox/reply.ts';
import { type Connector, startConnector } from './ingest/connector.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { quietRepeats } from './observability/quiet-repeats.ts';
import { openTracer } from './observability/trace-export.ts';
import { tracePipeline } from './observability/trace-pipeline.ts';
import { traceRequests } from './observability/trace-requests.ts';
import { officialAccounts } from './official-accounts.ts';
import { createWakeQueue } from './queue/index.ts';
import { tellChanges } from './realtime/telling-store.ts';
import { createAccessStore } from './store/access-store.ts';
import { createAccountHealthStore } from './store/account-health.ts';
import { createAccountStore } from './store/accounts.ts';
import { openDatabase } from './store/database.ts';
import { createPipelineStore } from './store/hot/pipeline-store.ts';
import { registerInstance } from './store/instances.ts';
import { YOUNG_MS } from './store/maintenance/orphans.ts';
import { startUpkeep } from './store/maintenance/schedule.ts';
import { createPeopleStore } from './store/people-store.ts';
import { waitForSchema } from './store/readiness.ts';
import { tellTrouble } from './store/tell-trouble.ts';
import { createThreadFinder } from './store/thread-finder.ts';
import { VERSION } from './version.ts';

export type { SandboxSide } from './desk.ts';

export const ROLES = ['ingress', 'worker', 'web', 'connector'] as const;
export type Role = (typeof ROLES)[number];

/** Wake shards: few, so that under load one job carries many threads. */
export const SHARDS = 2;

/** Time that steps under way get at the end, ms: a platform call's 8 s; the rest of a stop fits into 10 s. */
const DRAIN_GRACE_MS = 8_000;

export interface GatewayOptions {
  config: Config;
  /** The store's connection string; the embedded server runs already. */
  storeUrl: string;
  embedded: boolean;
  roles: readonly Role[];
  log: Log;
  /** Instead of the configured brains; tests only. */
  brains?: readonly Brain[];
  /** `off`: limits on contacts are off, as with `echo` alone; tests only, which write faster than any customer. */
  limits?: 'off';
  sandbox?: SandboxSide | null;
  /** How often an owner looks at its accounts, ms; tests only. */
  watchMs?: number;
}

/** A running gateway process. */
export interface Gateway {
  /** What people do; the HTTP API stands on it. */
  readonly people: PeopleStore;
  /** An agent's reply through the conversation's channel. */
  reply(reply: {
    id: MessageId;
    conversationId: ConversationId;
    agentId: AgentId;
    accountId: AccountId;
    text: string;
    attachments?: readonly OutboundAttachment[];
  }): Promise<void>;
  /** Where the HTTP side listens, or null without the roles that have one. */
  readonly address: string | null;
  /** Ends within 10 s: no new work, steps under way end, leases are given back. */
  stop(): Promise<void>;
}

function brainsOf(config: Config): Brain[] {
  return config.bot.brains.flatMap((name): Brain[] => {
    if (name === 'echo') return [createEchoBrain()];
    if (name === 'faq')
      return [createFaqBrain(createFaqIndex(readArticles(config.bot.faqFolder ?? shippedFaqFolder())))];
    // No flows are defined anywhere yet: a desk without flows goes straight to the next brain.
    return [];
  });
}

function languageOf(
  texts: readonly string[],
  hints: { remembered: string | null; platform: string | null },
): CustomerLanguage {
  const remembered = CUSTOMER_LANGUAGES.find((language) => language === hints.remembered) ?? null;
  return chooseLanguage(texts, { remembered, languageCode: hints.platform ?? undefined }).language;
}

/**
 * Joins store, queue, channels, bot and HTTP into one running process. When a part cannot be started, those before it are
 * closed again before the error is thrown.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const opened = createOpened(options.log);
  try {
    return await join(options, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function join(options: GatewayOptions, opened: Opened): Promise<Gateway> {
  const { config, roles } = options;
  const log = quietRepeats(options.log, systemClock);
  const has = (role: Role): boolean => roles.includes(role);
  const ids = createUuidV7(systemClock);
  const database = tellTrouble(openDatabase({ url: options.storeUrl, log }), options.log, systemClock);
  opened.add('store', () => database.close());
  const metrics: Metrics = createMetrics();
  opened.add('metrics', () => metrics.close());
  const { pid } = process;
  const tracer = await openTracer({ ...config.telemetry, version: VERSION, roles, host: hostname(), pid, log });
  if (tracer !== null) opened.add('traces', () => tracer.stop());
  const accountStore = createAccountStore(database);
  const watch = watchAccounts(options.log, metrics);
  const services = lateServices();
  const accounts = createAccounts(config, log, watch.board.report, services, watch.detail);
  for (const account of accounts.values()) opened.add(`account ${account.id}`, () => account.close());

  const sinks = new Map<string, InboundSink>();
  let readiness: () => Promise<{ ready: boolean; message: string }> = () =>
    Promise.resolve({ ready: false, message: 'starting' });
  let backlog = (): { events: number; bytes: number } => ({ events: 0, bytes: 0 });
  const desk = has('web') ? createDesk(config, options.sandbox ?? null) : null;
  // The other roles answer health checks alone, and only where the configuration gives them a port.
  const port = has('ingress') || has('web') ? config.http.port : config.http.healthPort;
  const http =
    port !== null
      ? await startHttpSide({
          config,
          port,
          log,
          metrics,
          webhook: has('ingress')
            ? (id) => {
                const account = accounts.get(id);
                const sink = sinks.get(id);
                if (account === undefined || sink === undefined) return undefined;
                return { account: options.sandbox?.between?.(account) ?? account, sink };
              }
            : undefined,
          deskSide: desk?.http,
          anyPortIfTaken: options.sandbox !== undefined,
          ready: () => readiness(),
          onAnswered: tracer === null ? undefined : traceRequests(tracer, systemClock),
          beforeMetrics: () => {
            const { events, bytes } = backlog();
            metrics.ingestBacklog(events, bytes);
          },
        })
      : null;
  const stopHttp = async (): Promise<void> => {
    await desk?.stop();
    await http?.stop();
  };
  opened.add('http', stopHttp);
  const schema = await waitForSchema(database, log, (state: string) => {
    readiness = () => Promise.resolve({ ready: false, message: state });
  });
  readiness = schema.ready;

  await accountStore.sync([...accounts.values()]);
  const staff = createAccessStore(database);
  await staff.syncTeams(config.teams);
  const keys = createKeyRing(loadMasterKeys(config));
  const blobs = await openBlobStore(config.storage.url, {
    folder: pathIn(config.dataFolder, 'blobs'),
    keys,
    clock: systemClock,
  });
  const signatureOf = (id: string): string | null => config.teams.find((team) => team.id === id)?.signature ?? null;
  services.use({ blobs, database, keys, signatureOf });
  const bot = createBot(options.brains ?? brainsOf(config), (by, outcome) => metrics.botDecision(by, outcome));

  const limited = !bot.echoOnly && options.limits !== 'off';

  let store: ReturnType<typeof createPipelineStore> | undefined;
  const instance = await registerInstance({
    database,
    ids,
    log,
    roles,
    host: hostname(),
    pid,
    version: VERSION,
    embedded: options.embedded,
    shared: roles.length < ROLES.length,
    onReborn: (id) => store?.useInstance(id),
  });
  opened.add('instance', () => instance.stop());
  const queue = createWakeQueue({ url: config.queue.url, storeUrl: options.storeUrl, shards: SHARDS, log });
  opened.add('queue', () => queue.close());
  const changes = openChanges(config.queue.url, database, log);
  opened.add('changes', () => changes.close());
  services.tell(changes.publisher);
  const direct = createPipelineStore({
    database,
    clock: systemClock,
    instance: instance.id(),
    shards: SHARDS,
    ingest: {
      pauseMs: bot.echoOnly ? 0 : config.bot.turnPauseMs,
      pauseMaxMs: bot.echoOnly ? 0 : config.bot.turnPauseMaxMs,
      firstOwner: { kind: 'bot' },
      ...(limited ? { floodLimit: FLOOD_LIMIT } : {}),
    },
    observe: (statement, size) => metrics.batch(statement, size),
  });
  store = direct;
  const told = tellChanges(direct, changes.publisher);
  const pipeline = tracer === null ? told : tracePipeline(told, tracer, systemClock);
  backlog = pipeline.backlog;
  opened.add('pipeline', () => pipeline.idle());
  const intake = { store: pipeline, queue, ids, log, keys, blobs, metrics, threads: createThreadFinder(database) };
  for (const account of accounts.values()) {
    sinks.set(account.id, intakeOf(account, { ...intake, tally: watch.tallyOf(account.id) }));
  }
  const health = watch.start({
    store: createAccountHealthStore(database),
    accounts,
    instance: instance.id,
    roles: { connector: has('connector'), takesUpdates: has('connector') || has('ingress') },
  });
  opened.add('account health', () => health.stop());
  await desk?.open({
    database,
    ids,
    log,
    queue,
    shards: SHARDS,
    account: (id) => accounts.get(id),
    changes,
    blobs,
    server: http?.server ?? null,
  });

  if (has('worker')) {
    const teams = createTeamBoard({ configured: config.teams, read: () => staff.teams(), log });
    opened.add('teams', () => teams.stop());
    await teams.refresh();
    const waiting = createWaitingTurns({
      bot,
      store: pipeline,
      log,
      stillOpen: async (id) =>
        (await database.db.selectFrom('turn').select('state').where('id', '=', id).executeTakeFirst())?.state ===
        'running',
      onFinished: () => {
        for (let shard = 0; shard < SHARDS; shard += 1) queue.wake(shard);
      },
    });
    const recovery = createRecovery({ store: pipeline, queue, shards: SHARDS, log });
    const worker = createWorker({
      store: pipeline,
      queue,
      log,
      shards: SHARDS,
      reap: () => instance.reap(),
      drain: {
        store: pipeline,
        turns: createTurns({
          bot,
          limited,
          ids,
          log,
          texts: createNotices(officialAccounts(config), config.bot.greeting),
          teamFor: (_account, language) => teams.teamFor(language),
          languageOf,
        }),
        clock: systemClock,
        log,
        account: (id) => accounts.get(id),
        startWaiting: (turn, input) => waiting.start(turn, input),
        onAttempt: (id, verdict, tookMs, sinceCommitMs) => {
          recovery(id, verdict);
          const channel = accounts.get(id)?.channel ?? 'unknown';
          metrics.platformCall(channel, verdict.errorKind ?? verdict.nextState, tookMs);
          metrics.delivered(channel, verdict.nextState);
          metrics.deliveryLatency(channel, sinceCommitMs);
        },
      },
    });
    opened.add('worker', () => worker.stop(DRAIN_GRACE_MS));
    opened.add('waiting turns', () => waiting.stop());
    await worker.start();
    const fetcher = startFiles({
      database,
      instance: instance.id,
      blobs,
      log,
      metrics,
      account: (id) => accounts.get(id),
    });
    opened.add('files', () => fetcher.stop());
    const upkeep = startUpkeep({
      database,
      log,
      metrics,
      queue,
      retention: config.retention,
      deleteBlob: (id) => blobs.delete(id, YOUNG_MS),
      blobs,
    });
    opened.add('upkeep', () => upkeep.stop());
  }

  // Once more, here in its turn: at an orderly end nothing new is let in while the worker finishes.
  opened.add('http', stopHttp);
  const hookOf = (id: string): string | null =>
    config.http.publicUrl === null ? null : `${config.http.publicUrl}/hooks/${id}`;
  if (has('connector')) {
    const connectors = [...accounts.values()].flatMap((account): Connector[] => {
      const sink = sinks.get(account.id);
      if (sink === undefined || (account.receive === undefined && account.registerWebhook === undefined)) return [];
      return [
        startConnector({
          account,
          sink,
          log,
          own: (id) => accountStore.own(id, instance.id()),
          owner: (id) => accountStore.owner(id, instance.id()),
          onOwned: async (signal) => {
            const hook = hookOf(account.id);
            if (hook !== null) await account.registerWebhook?.(hook, signal);
            // Without an address of ours it cannot be registered, but somebody may have done so.
            else if (account.receive === undefined) await account.watch?.(null, signal);
          },
          watchMs: options.watchMs,
          watch:
            account.watch === undefined ? undefined : async (signal) => account.watch?.(hookOf(account.id), signal),
        }),
      ];
    });
    opened.add('connectors', () => Promise.all(connectors.map((connector) => connector.stop())));
  }

  const people = createPeopleStore(database, ids);
  return {
    people,
    async reply({ accountId, text, attachments, ...reply }) {
      const account = accounts.get(accountId);
      if (account === undefined) throw new ParleyError('no_account', `account ${accountId} is not configured`);
      const content = attachments === undefined ? { text } : { text, attachments };
      await replyAsAgent({ people, queue, ids, shards: SHARDS }, { ...reply, account, content });
    },
    address: http?.address ?? null,
    async stop() {
      readiness = () => Promise.resolve({ ready: false, message: 'stopping' });
      await opened.close();
    },
  };
}
