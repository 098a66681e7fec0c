import { readBotSaid } from '../../core/answer-limits.ts';
import { brandId } from '../../core/model/ids.ts';
import {
  CALL_WINDOW_MS,
  type HeadDelivery,
  type NewMessage,
  type StepResult,
  type Work,
} from '../../core/ports/pipeline-store.ts';

/** One row of work_v1 as pg reads it. */
export interface WorkRow {
  thread_id: string;
  token: number;
  status: 'work' | 'released';
  due_now: boolean;
  alone_deaths: number;
  account_id: string;
  address: string;
  thread_kind: Work['threadKind'];
  contact_id: string;
  conversation_id: string | null;
  owner_kind: NonNullable<Work['conversation']>['ownerKind'] | null;
  owner_version: number | null;
  language: string | null;
  language_hint: string | null;
  memory: Record<string, unknown> | null;
  secret_pending: boolean | null;
  messages: NewMessage[] | null;
  turn: Work['turn'];
  delivery: HeadDelivery | null;
  bot_said: unknown;
  now_ms: number | null;
}

/** Columns in one place, so that every statement asks for the same. */
export const WORK_COLUMNS =
  'thread_id, token, status, due_now, alone_deaths, account_id, address, thread_kind, contact_id, conversation_id, owner_kind, ' +
  'owner_version, language, language_hint, memory, secret_pending, messages, turn, delivery, bot_said, now_ms';

/** @param issuedAtMs monotonic time before the statement was sent */
export function toWork(row: WorkRow, issuedAtMs: number): Work {
  return {
    threadId: brandId(row.thread_id),
    token: row.token,
    accountId: brandId(row.account_id),
    address: row.address,
    threadKind: row.thread_kind,
    contactId: brandId(row.contact_id),
    aloneDeaths: row.alone_deaths,
    conversation:
      row.conversation_id === null || row.owner_kind === null || row.owner_version === null
        ? null
        : {
            id: brandId(row.conversation_id),
            ownerKind: row.owner_kind,
            ownerVersion: row.owner_version,
            language: row.language,
            languageHint: row.language_hint,
            memory: row.memory ?? {},
            secretPending: row.secret_pending ?? false,
          },
    messages: row.messages,
    turn: row.turn,
    delivery: row.delivery,
    botSaid: readBotSaid(row.bot_said),
    nowMs: row.now_ms ?? 0,
    callBeforeMs: issuedAtMs + CALL_WINDOW_MS - (row.delivery?.ageMs ?? 0),
  };
}

/** The answer for one thread of a step's batch; a thread that is missing is no longer ours. */
export function toStepResult(row: WorkRow | undefined, issuedAtMs: number): StepResult {
  if (row === undefined) return { status: 'fenced' };
  if (row.status === 'released') return { status: 'released', dueNow: row.due_now };
  return { status: 'work', work: toWork(row, issuedAtMs) };
}
