import { type Kysely, sql } from 'kysely';
import { ParleyError } from '../../core/errors.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import type { KeyRing } from '../../files/crypto.ts';
import type { Database } from '../database.ts';
import type { Schema } from '../schema.ts';
import { eraseFiles, unnamedBlobs } from './files.ts';

/** What opens the sealed side of a contact's data. */
export interface ContactDataKeys {
  keys: Pick<KeyRing, 'open'>;
  blobs: Pick<BlobStore, 'get' | 'delete'>;
  /** Where a raw payload was sealed to. */
  rawPlace(accountId: string, eventKey: string): { table: string; column: string; row: string };
}

interface Threads {
  threads: string[];
  accounts: string[];
  /** The person's ids at the platforms. */
  externalIds: string[];
}

interface RawRow {
  account_id: string;
  event_key: string;
  raw: Buffer | null;
  raw_blob: string | null;
}

const SCAN = 500;

async function placesOf(db: Kysely<Schema>, contactId: string): Promise<Threads> {
  const contact = await db.selectFrom('contact').select('id').where('id', '=', contactId).executeTakeFirst();
  if (contact === undefined) {
    throw new ParleyError('no_contact', `there is no contact ${contactId}`, {
      mend: 'take the id from the inbox, all 36 characters of it',
    });
  }
  const identities = await db
    .selectFrom('identity')
    .select('external_id')
    .where('contact_id', '=', contactId)
    .execute();
  const threads = await db
    .selectFrom('thread')
    .select(['id', 'account_id'])
    .where('contact_id', '=', contactId)
    .execute();
  return {
    threads: threads.map((row) => row.id),
    accounts: [...new Set(threads.map((row) => row.account_id))],
    externalIds: identities.map((row) => row.external_id),
  };
}

/**
 * Every payload that names the person, decrypted: their own, and those of others that quote them. Rows keep no link from a
 * parked or repeated payload to its author, so the payloads themselves are searched.
 */
async function* payloadsNaming(
  db: Kysely<Schema>,
  places: Threads,
  access: ContactDataKeys,
): AsyncGenerator<{ row: RawRow; plain: Buffer | null }> {
  const own = await ownEvents(db, places.threads);
  const names = places.externalIds.map(
    (id) => new RegExp(`(?<![A-Za-z0-9])${id.replaceAll(/[^A-Za-z0-9]/g, '\\$&')}(?![A-Za-z0-9])`),
  );
  for (const account of places.accounts) {
    let after = '';
    for (;;) {
      const rows = await db
        .selectFrom('inbound_event')
        .select(['account_id', 'event_key', 'raw', 'raw_blob'])
        .where('account_id', '=', account)
        .where('event_key', '>', after)
        .where(({ or, eb }) => or([eb('raw', 'is not', null), eb('raw_blob', 'is not', null)]))
        .orderBy('event_key')
        .limit(SCAN)
        .execute();
      for (const row of rows) {
        const plain = await open(row, access);
        const text = plain?.toString('utf8') ?? '';
        const isTheirs = own.has(`${row.account_id}\n${row.event_key}`) || names.some((name) => name.test(text));
        if (isTheirs) yield { row, plain };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < SCAN) break;
      after = last.event_key;
    }
  }
}

async function ownEvents(db: Kysely<Schema>, threads: readonly string[]): Promise<Set<string>> {
  if (threads.length === 0) return new Set();
  const { rows } = await sql<{ key: string }>`
    SELECT t.account_id || E'\n' || k.event_key AS key FROM thread t JOIN message m ON m.thread_id = t.id
    CROSS JOIN LATERAL (SELECT m.event_key UNION ALL SELECT e.event_key FROM message_edit e WHERE e.message_id = m.id) k
    WHERE t.id = ANY (${[...threads]}::uuid[]) AND k.event_key IS NOT NULL`.execute(db);
  return new Set(rows.map((row) => row.key));
}

/** Null when it does not open any more: then only its row tells whose it is. */
async function open(row: RawRow, access: ContactDataKeys): Promise<Buffer | null> {
  try {
    if (row.raw !== null) return access.keys.open(row.raw, access.rawPlace(row.account_id, row.event_key));
    return row.raw_blob === null ? null : await access.blobs.get(row.raw_blob);
  } catch {
    return null;
  }
}

function readable(plain: Buffer): unknown {
  try {
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return { base64: plain.toString('base64') };
  }
}

/** Everything kept about a contact, as one object for JSON. @throws {ParleyError} `no_contact` */
export async function exportContact(
  { db }: Database,
  contactId: string,
  access: ContactDataKeys,
  actorId: string,
): Promise<object> {
  const places = await placesOf(db, contactId);
  const { rows } = await sql<{ data: Record<string, unknown> }>`
    SELECT jsonb_build_object(
      'contact', (SELECT to_jsonb(c) FROM contact c WHERE c.id = ${contactId}),
      'identities', (SELECT coalesce(jsonb_agg(to_jsonb(i) - 'contact_id' ORDER BY i.id), '[]') FROM identity i WHERE i.contact_id = ${contactId}),
      'threads', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'account', t.account_id, 'address', t.address, 'kind', t.kind,
        'title', t.title, 'createdAt', t.created_at) ORDER BY t.id), '[]') FROM thread t WHERE t.contact_id = ${contactId}),
      'conversations', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'number', c.number, 'thread', c.thread_id,
        'status', c.status, 'priority', c.priority, 'topic', c.topic, 'language', c.language, 'botMemory', c.bot_memory, 'suggestion', c.suggestion,
        'createdAt', c.created_at, 'resolvedAt', c.resolved_at) ORDER BY c.number), '[]') FROM conversation c
        JOIN thread t ON t.id = c.thread_id WHERE t.contact_id = ${contactId}),
      'blocks', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', b.reason, 'from', b.blocked_at, 'until', b.until_at,
        'undoneAt', b.undone_at) ORDER BY b.blocked_at), '[]') FROM contact_block b WHERE b.contact_id = ${contactId}),
      'messages', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'conversation', m.conversation_id, 'seq', m.seq,
        'kind', m.kind, 'author', m.author_kind, 'text', m.text, 'body', m.body, 'entry', m.entry, 'extras', m.extras, 'state', m.state,
        'occurredAt', m.occurred_at, 'storedAt', m.created_at, 'editedAt', m.edited_at, 'deletedAt', m.deleted_at,
        'edits', (SELECT coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'text', e.text, 'body', e.body) ORDER BY e.at), '[]')
          FROM message_edit e WHERE e.message_id = m.id),
        'reactions', (SELECT coalesce(jsonb_agg(jsonb_build_object('author', r.author_id, 'emoji', r.emoji, 'at', r.at)), '[]')
          FROM message_reaction r WHERE r.message_id = m.id),
        'maskedSecrets', (SELECT coalesce(jsonb_agg(jsonb_build_object('rule', s.rule, 'certain', s.certain, 'at', s.created_at)), '[]')
          FROM secret_finding s WHERE s.message_id = m.id),
        'deliveries', (SELECT coalesce(jsonb_agg(jsonb_build_object('action', d.action, 'part', d.part, 'state', d.state,
          'sentAt', d.sending_at, 'finishedAt', d.finished_at) ORDER BY d.out_seq), '[]') FROM delivery d WHERE d.message_id = m.id)
        ) ORDER BY m.thread_id, m.seq), '[]') FROM message m JOIN thread t ON t.id = m.thread_id WHERE t.contact_id = ${contactId})
    ) AS data`.execute(db);
  const payloads: object[] = [];
  for await (const { row, plain } of payloadsNaming(db, places, access)) {
    if (plain !== null) payloads.push({ account: row.account_id, event: row.event_key, payload: readable(plain) });
  }
  const files = await filesOf(db, places.threads, access);
  await audit(db, actorId, 'contact.exported', contactId, {});
  return { exportedAt: new Date().toISOString(), ...rows[0]?.data, files, payloads };
}

/** As base64; null where the storage lost it: that keeps nobody from the rest. */
async function contentOf({ blobs }: ContactDataKeys, id: string): Promise<string | null> {
  try {
    return (await blobs.get(id)).toString('base64');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'missing') return null;
    throw error;
  }
}

/** Every file of the threads with its content, as base64. */
async function filesOf(db: Kysely<Schema>, threads: readonly string[], access: ContactDataKeys): Promise<object[]> {
  if (threads.length === 0) return [];
  const rows = await db
    .selectFrom('attachment')
    .select(['id', 'message_id', 'kind', 'file_name', 'mime', 'state', 'caption', 'blob_id', 'created_at'])
    .where('thread_id', 'in', [...threads])
    .orderBy('id')
    .execute();
  const files: object[] = [];
  for (const { id, blob_id: blob, ...row } of rows) {
    const content = blob === null ? null : await contentOf(access, blob);
    const { message_id: message, kind, file_name: name, mime, state, caption, created_at: at } = row;
    files.push({ id, message, kind, name, mime, state, caption, storedAt: at, content });
  }
  return files;
}

/** How much was emptied. */
export interface ErasureResult {
  messages: number;
  payloads: number;
  files: number;
}

/**
 * Empties everything that tells about a contact: texts, bodies, edits, raw payloads and their files, parts, findings, names.
 * Rows and keys stay, so that a redelivered event is still known and counts stay true; open conversations are resolved and
 * nothing more is sent. Cannot be undone. @throws {ParleyError} `no_contact`, or `sending` while a call is under way
 */
export async function eraseContact(
  { db }: Database,
  contactId: string,
  access: ContactDataKeys,
  actorId: string,
): Promise<ErasureResult> {
  const places = await placesOf(db, contactId);
  const named: RawRow[] = [];
  for await (const { row } of payloadsNaming(db, places, access)) named.push({ ...row, raw: null });
  const { messages, blobs } = await db.transaction().execute((tx) => emptyRows(tx, contactId, places, named, actorId));
  // Files after the commit: a row must never name a file that is gone. What a crash leaves here is swept as an orphan.
  const raw = named.flatMap((row) => (row.raw_blob === null ? [] : [row.raw_blob]));
  const files = await unnamedBlobs(db, [...new Set([...raw, ...blobs])]);
  for (const id of files) await access.blobs.delete(id);
  return { messages, payloads: named.length, files: files.length };
}

async function emptyRows(
  tx: Kysely<Schema>,
  contactId: string,
  places: Threads,
  named: readonly RawRow[],
  actorId: string,
): Promise<{ messages: number; blobs: string[] }> {
  const { threads } = places;
  await sql`SELECT FROM thread WHERE id = ANY (${threads}::uuid[]) ORDER BY id FOR NO KEY UPDATE`.execute(tx);
  const sending =
    await sql`SELECT FROM delivery WHERE thread_id = ANY (${threads}::uuid[]) AND state = 'sending' LIMIT 1`.execute(
      tx,
    );
  if (sending.rows.length > 0) {
    throw new ParleyError('sending', 'a message to this contact is being sent at this moment', {
      mend: 'run the command again in a few seconds',
    });
  }
  const open = await sql<{ id: string }>`
    SELECT id FROM conversation WHERE thread_id = ANY (${threads}::uuid[]) AND status <> 'resolved' ORDER BY id`.execute(
    tx,
  );
  for (const { id } of open.rows) {
    await sql`SELECT person_own_v1(${id}, NULL, 'none', NULL, NULL, 'operator', ${actorId}, 'contact erased')`.execute(
      tx,
    );
  }
  await sql`UPDATE delivery SET state = 'needs_review' WHERE thread_id = ANY (${threads}::uuid[]) AND state = 'unknown'`.execute(
    tx,
  );
  await sql`UPDATE delivery SET state = 'cancelled' WHERE thread_id = ANY (${threads}::uuid[])
    AND state IN ('scheduled', 'pending', 'retry', 'needs_review')`.execute(tx);
  await sql`UPDATE delivery SET part = '{}', error = NULL WHERE thread_id = ANY (${threads}::uuid[])`.execute(tx);
  await sql`UPDATE message_edit e SET text = '', body = NULL FROM message m WHERE m.id = e.message_id AND m.thread_id = ANY (${threads}::uuid[])`.execute(
    tx,
  );
  await sql`DELETE FROM message_reaction r USING message m WHERE m.id = r.message_id AND m.thread_id = ANY (${threads}::uuid[])`.execute(
    tx,
  );
  await sql`UPDATE secret_finding f SET sealed = NULL FROM message m WHERE m.id = f.message_id AND m.thread_id = ANY (${threads}::uuid[])`.execute(
    tx,
  );
  await sql`UPDATE turn SET output = NULL WHERE thread_id = ANY (${threads}::uuid[])`.execute(tx);
  const emptied = await sql`
    UPDATE message SET text = '', body = NULL, entry = NULL, extras = NULL, activity = NULL, erased_at = now(),
      author_id = CASE author_kind WHEN 'contact' THEN NULL ELSE author_id END,
      state = CASE state WHEN 'new' THEN 'filed' WHEN 'parked' THEN 'filed' ELSE state END,
      state_reason = CASE WHEN state IN ('new', 'parked') THEN 'contact erased' ELSE state_reason END, parked_at = NULL
    WHERE thread_id = ANY (${threads}::uuid[])`.execute(tx);
  await sql`UPDATE conversation SET preview = '', subject = NULL, bot_memory = '{}', suggestion = NULL, topic = NULL, unread = 0, secret_pending = false, version = version + 1
    WHERE thread_id = ANY (${threads}::uuid[])`.execute(tx);
  await sql`UPDATE thread SET title = NULL, due_at = CASE WHEN lease_owner IS NULL THEN NULL ELSE due_at END, first_new_at = NULL,
    new_from = NULL WHERE id = ANY (${threads}::uuid[])`.execute(tx);
  const keys = JSON.stringify(named.map(({ account_id, event_key }) => ({ account_id, event_key })));
  await sql`UPDATE secret_finding f SET sealed = NULL FROM jsonb_to_recordset(${keys}::jsonb) AS k(account_id text, event_key text)
    WHERE f.account_id = k.account_id AND f.event_key = k.event_key`.execute(tx);
  await sql`UPDATE inbound_event e SET raw = NULL, raw_blob = NULL, change = NULL,
      state = CASE WHEN e.state IN ('parked', 'waiting') THEN 'filed' ELSE e.state END,
      reason = CASE WHEN e.state IN ('parked', 'waiting') THEN 'contact erased' ELSE e.reason END
    FROM jsonb_to_recordset(${keys}::jsonb) AS k(account_id text, event_key text)
    WHERE e.account_id = k.account_id AND e.event_key = k.event_key`.execute(tx);
  await sql`UPDATE inbound_event SET change = NULL, state = 'filed', reason = 'contact erased' WHERE state = 'waiting'
    AND account_id = ANY (${places.accounts}::text[]) AND change->>'authorId' = ANY (${places.externalIds}::text[])`.execute(
    tx,
  );
  await sql`UPDATE contact_block SET reason = '' WHERE contact_id = ${contactId}`.execute(tx);
  await sql`DELETE FROM thread_participant WHERE thread_id = ANY (${threads}::uuid[])`.execute(tx);
  await sql`DELETE FROM contact_automatic WHERE contact_id = ${contactId}`.execute(tx);
  await sql`DELETE FROM place_entry e USING thread t WHERE t.id = ANY (${threads}::uuid[]) AND e.account_id = t.account_id
    AND e.place = t.external_key`.execute(tx);
  // An id that is an address says who it was; whoever writes from it again is somebody new.
  await sql`UPDATE identity SET display_name = 'erased', handle = NULL, language_hint = NULL,
    external_id = CASE WHEN strpos(external_id, '@') > 0 THEN 'erased:' || id ELSE external_id END
    WHERE contact_id = ${contactId}`.execute(tx);
  await sql`UPDATE contact SET display_name = 'erased', language = NULL, erased_at = now() WHERE id = ${contactId}`.execute(
    tx,
  );
  const messages = Number(emptied.numAffectedRows ?? 0n);
  const blobs = await eraseFiles(tx, threads);
  await audit(tx, actorId, 'contact.erased', contactId, { messages, payloads: named.length, files: blobs.length });
  return { messages, blobs };
}

async function audit(
  db: Kysely<Schema>,
  actorId: string,
  action: string,
  contactId: string,
  detail: object,
): Promise<void> {
  await db
    .insertInto('audit')
    .values({
      actor_kind: 'operator',
      actor_id: actorId,
      action,
      subject_kind: 'contact',
      subject_id: contactId,
      detail: JSON.stringify(detail),
    })
    .execute();
}
