import { InstanceDead } from '../../core/errors.ts';
import type { InstanceId, TurnId } from '../../core/model/ids.ts';
import type { BotDecision } from '../../core/ports/brain.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type {
  ClaimQuery,
  Decision,
  PipelineStore,
  Settlement,
  StepResult,
  Work,
} from '../../core/ports/pipeline-store.ts';
import type { Database } from '../database.ts';
import { createGate } from './gate.ts';
import { asStoreError, createGroupCommit, sqlStateOf } from './group-commit.ts';
import { createIngest, type IngestOptions } from './ingest.ts';
import { toStepResult, toWork, WORK_COLUMNS, type WorkRow } from './work-row.ts';

export interface PipelineStoreOptions {
  database: Database;
  clock: Clock;
  instance: InstanceId;
  /** Wake shards in force; a thread's shard is the last byte of its id mod this. */
  shards: number;
  ingest: Omit<IngestOptions, 'shards'>;
  /** Told the size of each batch by statement. */
  observe?(statement: 'ingest' | 'decide' | 'settle', size: number): void;
}

/** Statements of the hot path in flight at once: the next batches grow meanwhile, and a batch costs less the larger it is. */
const HOT_STATEMENTS = 2;

/** Beyond this a batch gains nothing: the rows of a statement's batch are joined pair by pair. */
const MAX_BATCH = 100;

const CLAIM = `SELECT ${WORK_COLUMNS} FROM claim_v1($1, $2, $3, $4, $5, $6)`;
const DECIDE = `SELECT ${WORK_COLUMNS} FROM decide_v1($1, $2)`;
const SETTLE = `SELECT ${WORK_COLUMNS} FROM settle_v1($1, $2)`;
const RESUME = `SELECT ${WORK_COLUMNS} FROM resume_v1($1, $2, $3, $4)`;

/** Threads with equal ids go through one lane, so that two steps of one thread can never overtake each other. */
function laneOf(step: { threadId: string }): number {
  return Number.parseInt(step.threadId.slice(-2), 16);
}

function decisionRow(decision: Decision): Record<string, unknown> {
  return {
    thread_id: decision.threadId,
    token: decision.token,
    release: decision.release,
    conversation_id: decision.conversationId,
    owner_version: decision.ownerVersion,
    message_ids: decision.messageState === null ? null : decision.messageIds,
    message_state: decision.messageState,
    why: decision.why,
    memory: decision.memory,
    language: decision.language,
    handoff_team: decision.handoffTeam,
    secret_told: decision.secretTold,
    urgent: decision.urgent,
    used_turn: decision.usedTurn?.id ?? null,
    turn_state: decision.usedTurn?.state ?? null,
    new_turn: decision.newTurn,
    wait_ms: decision.waitMs ?? null,
    bot_said: decision.botSaid ?? null,
    greets: decision.greets ?? false,
    automatic_limit: decision.automaticLimit?.perDay ?? null,
    limit_team: decision.automaticLimit?.team ?? null,
    hourly_limit: decision.automaticLimit?.perHour ?? null,
    suggestion: decision.suggestion ?? null,
    outbound:
      decision.outbound.length === 0
        ? null
        : decision.outbound.map((draft) => ({
            id: draft.id,
            text: draft.text,
            body: draft.body,
            class: draft.class,
            causeId: draft.causeId,
            parts: draft.parts.map((part, ordinal) => ({ ...part, ordinal })),
            ...(draft.extras === undefined ? {} : { extras: draft.extras }),
          })),
  };
}

function settlementRow(settlement: Settlement): Record<string, unknown> {
  return {
    thread_id: settlement.threadId,
    token: settlement.token,
    release: settlement.release,
    delivery_id: settlement.deliveryId,
    next_state: settlement.nextState,
    external_id: settlement.externalId,
    error_kind: settlement.errorKind,
    error: settlement.error,
    retry_ms: settlement.retryMs,
    ambiguous: settlement.ambiguous,
    not_called: settlement.notCalled,
    block_chat_ms: settlement.blockChatMs,
    block_account_ms: settlement.blockAccountMs,
    unreachable: settlement.unreachable,
    new_address: settlement.newAddress,
    more_external_ids: settlement.moreExternalIds ?? null,
  };
}

/** Threads made due in one transaction: a whole account's at once would hold their locks for too long. */
const HASTEN_BATCH = 500;

/** The hot path over the SQL functions of migrations 2 to 4, with the limits of 7. */
export function createPipelineStore(
  options: PipelineStoreOptions,
): PipelineStore & { idle(): Promise<void>; backlog(): { events: number; bytes: number } } {
  const { database, clock } = options;
  let instance = options.instance;

  const gate = createGate(HOT_STATEMENTS);

  const ingest = createIngest(database, {
    ...options.ingest,
    gate,
    shards: options.shards,
    observe: (size) => options.observe?.('ingest', size),
  });

  async function step(
    name: string,
    text: string,
    threads: readonly string[],
    values: unknown[],
  ): Promise<StepResult[]> {
    const issuedAtMs = clock.monotonicMs();
    const rows = await database.prepared<WorkRow>(name, text, values);
    const byThread = new Map(rows.map((row) => [row.thread_id, row]));
    return threads.map((thread) => toStepResult(byThread.get(thread), issuedAtMs));
  }

  const decide = createGroupCommit<Decision, StepResult>({
    lanes: 1,
    laneOf,
    maxItems: MAX_BATCH,
    gate,
    run: (items) =>
      step(
        'decide_v1',
        DECIDE,
        items.map((item) => item.threadId),
        [instance, JSON.stringify(items.map(decisionRow))],
      ),
    observe: (size) => options.observe?.('decide', size),
  });

  const settle = createGroupCommit<Settlement, StepResult>({
    lanes: 1,
    laneOf,
    maxItems: MAX_BATCH,
    gate,
    run: (items) =>
      step(
        'settle_v1',
        SETTLE,
        items.map((item) => item.threadId),
        [instance, JSON.stringify(items.map(settlementRow))],
      ),
    observe: (size) => options.observe?.('settle', size),
  });

  return {
    ingest: (item) => ingest.submit(item),
    decide: (decision) => decide.submit(decision),
    settle: (settlement) => settle.submit(settlement),

    async claim(query: ClaimQuery): Promise<Work[]> {
      const issuedAtMs = clock.monotonicMs();
      try {
        const rows = await database.prepared<WorkRow>('claim_v1', CLAIM, [
          instance,
          query.shard === null ? null : [query.shard],
          options.shards,
          query.limit,
          query.overdueMs,
          query.suspicion,
        ]);
        return rows.filter((row) => row.status === 'work').map((row) => toWork(row, issuedAtMs));
      } catch (error) {
        if (sqlStateOf(error) === 'PA002') throw new InstanceDead(error);
        throw error;
      }
    },

    async resume({ threadId, token, release }) {
      try {
        const values = [instance, [threadId], [token], release ? [threadId] : []];
        const [result] = await step('resume_v1', RESUME, [threadId], values);
        return result ?? { status: 'fenced' };
      } catch (error) {
        throw asStoreError(error);
      }
    },

    async reclaim(working) {
      const rows = await database.prepared<{ freed: number }>('reclaim_v1', 'SELECT reclaim_v1($1, $2) AS freed', [
        instance,
        working,
      ]);
      return rows[0]?.freed ?? 0;
    },

    async finishTurn(id: TurnId, output: BotDecision) {
      const rows = await database.prepared<{ stored: boolean }>(
        'finish_turn_v1',
        'SELECT finish_turn_v1($1, $2) AS stored',
        [id, JSON.stringify(output)],
      );
      return rows[0]?.stored ?? false;
    },

    async hasten(account) {
      let hastened = 0;
      for (;;) {
        const [row] = await database.prepared<{ n: number }>('hasten_v1', 'SELECT hasten_v1($1, $2) AS n', [
          account,
          HASTEN_BATCH,
        ]);
        hastened += row?.n ?? 0;
        if ((row?.n ?? 0) < HASTEN_BATCH) return hastened;
      }
    },

    async nextDueMs() {
      const rows = await database.prepared<{ ms: number | null }>(
        'next_due_ms_v1',
        'SELECT next_due_ms_v1() AS ms',
        [],
      );
      return rows[0]?.ms ?? null;
    },

    async hasSuspects() {
      const rows = await database.prepared<{ found: boolean }>(
        'has_suspects',
        'SELECT EXISTS (SELECT FROM thread WHERE due_at <= now() AND lease_owner IS NULL AND suspicion > 0) AS found',
        [],
      );
      return rows[0]?.found ?? false;
    },

    useInstance(id) {
      instance = id;
    },

    backlog: () => ({ events: ingest.waiting(), bytes: ingest.waitingBytes() }),

    async idle() {
      await Promise.all([ingest.idle(), decide.idle(), settle.idle()]);
    },
  };
}
