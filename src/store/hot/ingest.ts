import { type ItemRejected, StoreUnavailable } from '../../core/errors.ts';
import { REOPEN_WINDOW_MS } from '../../core/model/conversation.ts';
import { brandId, type ConversationId, type MessageId, type ThreadId } from '../../core/model/ids.ts';
import type { InboundEvent } from '../../core/model/inbound.ts';
import type { IngestItem, IngestResult } from '../../core/ports/pipeline-store.ts';
import type { Database } from '../database.ts';
import type { Gate } from './gate.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';

/** Limits on what waits to be stored, and how new conversations begin. */
export interface IngestOptions {
  /** Wake shards in force: a thread's is the last byte of its id mod this. */
  shards: number;
  /** Pause before the bot's turn, ms; 0 answers each message at once. */
  pauseMs: number;
  pauseMaxMs: number;
  /** Who owns a new conversation. */
  firstOwner: { kind: 'bot' } | { kind: 'queue'; team: string };
  /** Messages a minute of one contact in a thread that count; what is more is filed. Left out: all do. */
  floodLimit?: number;
  lanes?: number;
  maxItems?: number;
  maxBytes?: number;
  maxWaiting?: number;
  maxWaitingBytes?: number;
  observe?(size: number): void;
  gate?: Gate;
}

interface Row {
  o_ord: number;
  o_status: 'stored' | 'duplicate';
  o_thread: string | null;
  o_conversation: string | null;
  o_message: string | null;
  o_shard: number | null;
  o_due: boolean;
}

/** Beyond this a batch gains nothing: the rows of a statement's batch are joined pair by pair. */
const MAX_BATCH = 100;

const STATEMENT =
  'SELECT o_ord, o_status, o_thread, o_conversation, o_message, o_shard, coalesce(o_due, false) AS o_due FROM ingest_v1($1, $2)';

/** Order belongs to a thread: in groups one author's messages are a thread of their own. */
export function externalKeyOf(event: InboundEvent): string {
  return event.thread.kind === 'private' ? event.thread.key : `${event.thread.key}\n${event.author.externalId}`;
}

function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) value = (Math.imul(value, 31) + text.charCodeAt(index)) >>> 0;
  return value;
}

function laneOf(item: IngestItem): number {
  return item.content.outcome === 'event' ? hash(externalKeyOf(item.content.event)) : hash(item.eventKey);
}

function bytesOf(item: IngestItem): number {
  const text =
    item.content.outcome === 'event' && 'text' in item.content.event ? item.content.event.text.length * 2 : 0;
  return 512 + (item.raw?.length ?? 0) + text;
}

/** Something of the customer's that is surely lost; what was nested too deep to be read is not. */
function isPastedSecret(finding: { certain: boolean; rule: string }): boolean {
  return finding.certain && finding.rule !== 'too-deep';
}

/** The event's files, each with the id its row gets. */
function filesOf(item: IngestItem, event: InboundEvent): object[] | null {
  if ((event.type !== 'message' && event.type !== 'edit') || event.attachments === undefined) return null;
  if (event.attachments.length === 0) return null;
  return event.attachments.map((file, index) => {
    const id = item.ids.attachments?.[index];
    if (id === undefined) throw new Error(`event ${item.eventKey} has more files than ids for them`);
    return { id, ...file };
  });
}

function extrasOf(event: InboundEvent): object | null {
  if (event.type === 'receipt')
    return { fate: event.fate, unreachable: event.unreachable, delivery: event.targetDeliveryId };
  return event.type === 'message' || event.type === 'edit' ? (event.extras ?? null) : null;
}

function ofLetter(event: InboundEvent): Record<string, unknown> {
  if (event.type !== 'message') return {};
  return {
    filed: event.filedAs ?? null,
    subject: event.subject ?? null,
    participants: event.participants ?? null,
  };
}

/** The thread in which began what goes on here; the same person's, in a place of many. */
function leftThreadOf(event: InboundEvent): string | null {
  if (event.type !== 'message' || event.continues === undefined) return null;
  return externalKeyOf({ ...event, thread: { key: event.continues, kind: 'group' } });
}

/** One item as ingest_item_v1 reads it. */
function toRow(
  item: IngestItem,
  ord: number,
  payload: { at: number; bytes: number } | null,
  options: IngestOptions,
): Record<string, unknown> {
  const base = {
    ord,
    account_id: item.accountId,
    event_key: item.eventKey,
    raw_at: payload?.at ?? null,
    raw_bytes: payload?.bytes ?? null,
    raw_blob: item.rawBlob,
    bookmark: item.bookmark ?? null,
  };
  const { content } = item;
  if (content.outcome === 'moved') {
    const reason = `the chat moved from ${content.fromChatKey} to ${content.toChatKey}`;
    return {
      ...base,
      kind: 'moved',
      outcome: 'moved',
      reason,
      chat_key: content.fromChatKey,
      address: content.toChatKey,
    };
  }
  if (content.outcome !== 'event') return { ...base, kind: 'none', outcome: content.outcome, reason: content.reason };
  const { event } = content;
  return {
    ...base,
    kind: event.type,
    outcome: 'event',
    channel: item.channel,
    external_key: externalKeyOf(event),
    address: event.thread.key,
    chat_key: event.thread.chatKey ?? event.thread.key,
    thread_kind: event.thread.kind,
    thread_title: event.thread.title ?? null,
    author_id: event.author.externalId,
    author_name: event.author.displayName,
    author_handle: event.author.handle ?? null,
    language_hint: event.author.languageCode ?? null,
    external_id: event.type === 'message' ? event.externalId : null,
    text: 'text' in event ? event.text : null,
    body: event.type === 'message' || event.type === 'edit' ? (event.body ?? null) : null,
    reply_to: event.type === 'message' ? (event.replyToExternalId ?? null) : null,
    entry: event.type === 'message' ? (event.entry ?? null) : null,
    target: event.type === 'message' || event.type === 'reach' ? null : event.targetExternalId,
    ...ofLetter(event),
    continues: leftThreadOf(event),
    joins_answered: event.type === 'message' && event.joinsAnswered === true,
    meets_again: event.type === 'message' && event.meetsAgain === true,
    reason: event.type === 'reach' && !event.reachable ? 'unreachable' : null,
    extras: extrasOf(event),
    attachments: filesOf(item, event),
    album: event.type === 'message' ? (event.albumKey ?? null) : null,
    joins_only: (event.type === 'message' || event.type === 'edit') && event.joinsOnly === true,
    emoji: event.type === 'reaction' ? event.emoji : null,
    occurred_ms: event.occurredAtMs,
    thanks: content.thanks,
    ...(content.stops === true ? { stops: true } : {}),
    secret: content.findings.some(isPastedSecret),
    findings:
      content.findings.length === 0
        ? null
        : content.findings.map((finding) => ({ ...finding, sealed: finding.sealed?.toString('base64') ?? null })),
    pause_ms: options.pauseMs,
    pause_max_ms: options.pauseMaxMs,
    reopen_ms: item.reopenWindowMs ?? REOPEN_WINDOW_MS,
    flood_limit: options.floodLimit ?? null,
    owner_kind: options.firstOwner.kind,
    owner_team: options.firstOwner.kind === 'queue' ? options.firstOwner.team : null,
    thread_id: item.ids.thread,
    identity_id: item.ids.identity,
    contact_id: item.ids.contact,
    conversation_id: item.ids.conversation,
    message_id: item.ids.message,
  };
}

const NOTHING = { threadId: null, conversationId: null, messageId: null, shard: null, due: false };

function orNull<Id extends ThreadId | ConversationId | MessageId>(value: string | null): Id | null {
  return value === null ? null : brandId<Id>(value);
}

/**
 * The group-committed ingest. A key that stands twice in one batch is stored once and answered as stored and duplicate.
 * What the database refuses (SQLSTATE 22, 23, 54) is parked: its bytes are kept and a person sees it.
 */
export function createIngest(database: Database, options: IngestOptions): GroupCommit<IngestItem, IngestResult> {
  async function call(items: readonly { item: IngestItem; ord: number }[]): Promise<Map<number, Row>> {
    // Payloads travel as they are, one behind the other: as base64 inside the JSON they would be copied with every look at it.
    const raws: Buffer[] = [];
    let at = 1;
    const rows = items.map(({ item, ord }) => {
      if (item.raw === null) return toRow(item, ord, null, options);
      raws.push(item.raw);
      const payload = { at, bytes: item.raw.length };
      at += item.raw.length;
      return toRow(item, ord, payload, options);
    });
    const answers = await database.prepared<Row>('ingest_v1', STATEMENT, [JSON.stringify(rows), Buffer.concat(raws)]);
    if (answers.length !== rows.length) {
      throw new StoreUnavailable(`${rows.length} events were sent and ${answers.length} answered`, undefined);
    }
    return new Map(answers.map((row) => [row.o_ord, row]));
  }

  async function run(items: readonly IngestItem[]): Promise<IngestResult[]> {
    const first = new Map<string, number>();
    const rows: { item: IngestItem; ord: number }[] = [];
    items.forEach((item, ord) => {
      const key = `${item.accountId}\n${item.eventKey}`;
      if (first.has(key)) return;
      first.set(key, ord);
      rows.push({ item, ord });
    });
    const answers = await call(rows);
    return items.map((_item, ord) => {
      const row = answers.get(ord);
      if (row === undefined) return { status: 'duplicate', ...NOTHING };
      return {
        status: row.o_status,
        threadId: orNull<ThreadId>(row.o_thread),
        conversationId: orNull<ConversationId>(row.o_conversation),
        messageId: orNull<MessageId>(row.o_message),
        shard: row.o_shard === null ? null : row.o_shard % options.shards,
        due: row.o_due,
      };
    });
  }

  async function park(item: IngestItem, error: ItemRejected): Promise<IngestResult> {
    const parked: IngestItem = {
      ...item,
      content: { outcome: 'parked', reason: `the database refused it (SQLSTATE ${error.sqlState})` },
    };
    const answers = await call([{ item: parked, ord: 0 }]);
    return { status: answers.get(0)?.o_status === 'duplicate' ? 'duplicate' : 'parked', ...NOTHING };
  }

  return createGroupCommit<IngestItem, IngestResult>({
    lanes: options.lanes ?? 1,
    laneOf,
    groupOf: (item) => item.accountId,
    bytesOf,
    maxItems: options.maxItems ?? MAX_BATCH,
    maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
    maxWaiting: options.maxWaiting ?? 5_000,
    maxWaitingBytes: options.maxWaitingBytes ?? 64 * 1024 * 1024,
    run,
    onRejected: park,
    ...(options.observe === undefined ? {} : { observe: options.observe }),
    ...(options.gate === undefined ? {} : { gate: options.gate }),
  });
}
