import { sql } from 'kysely';
import type { MessageExtras } from '../../core/model/extras.ts';
import type { DeliveryShown, MessageShown } from '../../core/model/inbox.ts';
import { OPEN_DELIVERY_STATES } from '../../core/model/outbound.ts';
import type { Database } from '../database.ts';
import { readAnswered } from './answered.ts';
import { readAttachments } from './attachments.ts';

interface MessageRow {
  id: string;
  conversation_id: string;
  seq: number;
  kind: MessageShown['kind'];
  author_kind: MessageShown['author']['kind'];
  author_id: string | null;
  text: string;
  body: unknown;
  state: MessageShown['state'];
  state_reason: string | null;
  activity: unknown;
  extras: MessageExtras | null;
  entry: string | null;
  occurred_at: Date | null;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

interface DeliveryRow {
  id: string;
  message_id: string;
  ordinal: number;
  action: DeliveryShown['action'];
  state: DeliveryShown['state'];
  attempt: number;
  error_kind: string | null;
  error: string | null;
  due_at: Date;
  finished_at: Date | null;
  attention_at: Date | null;
  resent: boolean;
}

interface FindingRow {
  message_id: string | null;
  rule: string;
  certain: boolean;
  start: number;
  length: number;
}

/** What `person_review_v1` writes when somebody says that a part did arrive. */
const DISMISSED = 'dismissed by a person';
/** What stands where a secret was. */
const MASKED = /^•+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where a page of a thread begins and how long it is. */
export interface ThreadPage {
  threadId: string;
  conversationId: string;
  contactName: string;
  before: number | undefined;
  limit: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function grouped<Row>(rows: readonly Row[], key: (row: Row) => string | null): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const of = key(row);
    if (of === null) continue;
    const group = groups.get(of);
    if (group === undefined) groups.set(of, [row]);
    else group.push(row);
  }
  return groups;
}

function toDelivery(row: DeliveryRow): DeliveryShown {
  const waits = OPEN_DELIVERY_STATES.some((state) => state === row.state);
  return {
    id: row.id,
    ordinal: row.ordinal,
    action: row.action,
    state: row.state,
    attempt: row.attempt,
    errorKind: row.error_kind,
    error: row.error,
    dueAt: waits ? row.due_at.toISOString() : null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    resent: row.resent,
    dismissed:
      row.state === 'failed' || row.state === 'bounced'
        ? row.attention_at === null && !row.resent
        : row.error === DISMISSED,
  };
}

/**
 * Findings that still stand where they were: an edit may have replaced the text they were in. @param findings newest first: where an
 * edit hid something else in the same place, it speaks
 */
function masksOf(text: string, findings: readonly FindingRow[]): MessageShown['masks'] {
  const standing: MessageShown['masks'] = [];
  for (const { rule, certain, start, length } of findings) {
    const taken = standing.some((one) => start < one.start + one.length && one.start < start + length);
    if (!taken && MASKED.test(text.slice(start, start + length))) standing.push({ rule, certain, start, length });
  }
  return standing.sort((left, right) => left.start - right.start);
}

/** Everybody of ours that the entries name. */
async function namesOf({ db }: Database, rows: readonly MessageRow[]): Promise<Map<string, string>> {
  const ids = new Set<string>();
  for (const row of rows) {
    if (row.author_kind === 'agent' && row.author_id !== null && UUID.test(row.author_id)) ids.add(row.author_id);
    const to = isRecord(row.activity) ? row.activity['agent'] : undefined;
    if (typeof to === 'string' && UUID.test(to)) ids.add(to);
  }
  if (ids.size === 0) return new Map();
  const found = await db
    .selectFrom('agent')
    .select(['id', 'name'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(found.map(({ id, name }) => [id, name]));
}

function authorName(row: MessageRow, contactName: string, names: ReadonlyMap<string, string>): string {
  if (row.author_kind === 'contact') return contactName;
  if (row.author_kind === 'agent') return names.get(row.author_id ?? '') ?? 'somebody who left';
  return row.author_kind === 'bot' ? 'Bot' : 'System';
}

function activityOf(row: MessageRow, names: ReadonlyMap<string, string>): Record<string, unknown> | null {
  if (!isRecord(row.activity)) return null;
  const to = row.activity['agent'];
  return typeof to === 'string' ? { ...row.activity, agentName: names.get(to) ?? 'somebody who left' } : row.activity;
}

/** The newest entries before a seq, oldest first; one more than asked for says that there are older ones. */
async function readRows({ db }: Database, page: ThreadPage): Promise<MessageRow[]> {
  const older = page.before === undefined ? sql`true` : sql`m.seq < ${page.before}`;
  const { rows } = await sql<MessageRow>`
    SELECT m.id, m.conversation_id, m.seq, m.kind, m.author_kind, m.author_id, m.text, m.body, m.state, m.state_reason, m.activity,
      m.extras, m.entry, m.occurred_at, m.created_at, m.edited_at, m.deleted_at
    FROM message m
    WHERE m.thread_id = ${page.threadId} AND ${older} AND m.seq <= (
      SELECT l.seq FROM message l WHERE l.thread_id = ${page.threadId} AND l.conversation_id = ${page.conversationId}
      ORDER BY l.seq DESC LIMIT 1
    )
    ORDER BY m.seq DESC LIMIT ${page.limit + 1}`.execute(db);
  return rows.toReversed();
}

/** What the guard hid in these messages, newest first: in what was written, and in what it was edited to. */
async function findingsOf({ db }: Database, threadId: string, ids: readonly string[]): Promise<FindingRow[]> {
  const { rows } = await sql<FindingRow>`
    WITH found AS (
      SELECT f.message_id AS of_message, f.* FROM secret_finding f WHERE f.message_id = ANY (${[...ids]}::uuid[])
      UNION ALL
      SELECT e.message_id, f.* FROM message_edit e JOIN thread t ON t.id = ${threadId}
      JOIN secret_finding f ON f.account_id = t.account_id AND f.event_key = e.event_key AND f.message_id IS NULL
      WHERE e.message_id = ANY (${[...ids]}::uuid[])
    )
    SELECT of_message AS message_id, rule, certain, start, length FROM found
    WHERE path LIKE '%.text' OR path LIKE '%.caption'
    ORDER BY created_at DESC, start`.execute(db);
  return rows;
}

/** Entries of a thread, and the conversation of the one before them; null: there is none. */
export interface ThreadEntries {
  items: MessageShown[];
  follows: string | null;
}

/** A page of a thread: its entries with all that hangs on them, by one query for each kind of thing. */
export async function readThread(database: Database, page: ThreadPage): Promise<ThreadEntries> {
  const { db } = database;
  const all = await readRows(database, page);
  const rows = all.slice(Math.max(0, all.length - page.limit));
  if (rows.length === 0) return { items: [], follows: null };
  const ids = rows.map((row) => row.id);
  const [names, deliveries, edits, reactions, findings, attachments, answered] = await Promise.all([
    namesOf(database, rows),
    db
      .selectFrom('delivery as d')
      .select([
        'd.id',
        'd.message_id',
        'd.ordinal',
        'd.action',
        'd.state',
        'd.attempt',
        'd.error_kind',
        'd.error',
        'd.due_at',
      ])
      .select([
        'd.attention_at',
        'd.finished_at',
        sql<boolean>`EXISTS (SELECT FROM delivery r WHERE r.resend_of = d.id)`.as('resent'),
      ])
      .where('d.message_id', 'in', ids)
      .orderBy('d.out_seq')
      .execute(),
    db
      .selectFrom('message_edit')
      .select(['message_id', 'at', 'text'])
      .where('message_id', 'in', ids)
      .orderBy('at')
      .execute(),
    db
      .selectFrom('message_reaction')
      .select(['message_id', 'emoji'])
      .where('message_id', 'in', ids)
      .orderBy('at')
      .execute(),
    findingsOf(database, page.threadId, ids),
    readAttachments(database, ids),
    readAnswered(database, page.threadId, page.contactName, ids),
  ]);
  const byMessage = {
    deliveries: grouped(deliveries, (row) => row.message_id),
    edits: grouped(edits, (row) => row.message_id),
    reactions: grouped(reactions, (row) => row.message_id),
    findings: grouped(findings, (row) => row.message_id),
  };
  const items = rows.map(
    (row): MessageShown => ({
      id: row.id,
      conversationId: row.conversation_id,
      seq: row.seq,
      kind: row.kind,
      author: { kind: row.author_kind, id: row.author_id, name: authorName(row, page.contactName, names) },
      text: row.text,
      body: row.body ?? null,
      at: (row.occurred_at ?? row.created_at).toISOString(),
      editedAt: row.edited_at?.toISOString() ?? null,
      deletedAt: row.deleted_at?.toISOString() ?? null,
      edits: (byMessage.edits.get(row.id) ?? []).map(({ at, text }) => ({ at: at.toISOString(), text })),
      reactions: (byMessage.reactions.get(row.id) ?? []).flatMap(({ emoji }) => emoji),
      masks: masksOf(row.text, byMessage.findings.get(row.id) ?? []),
      state: row.state,
      stateReason: row.state_reason,
      activity: activityOf(row, names),
      extras: row.extras,
      attachments: attachments.get(row.id) ?? [],
      replyTo: answered.get(row.id) ?? null,
      entry: row.entry,
      deliveries: (byMessage.deliveries.get(row.id) ?? []).map(toDelivery),
    }),
  );
  return { items, follows: all.length > rows.length ? (all[0]?.conversation_id ?? null) : null };
}
