import { type Kysely, sql } from 'kysely';
import type { Viewer } from '../core/model/agent.ts';
import type { OutboundAttachment } from '../core/model/attachment.ts';
import { type AgentId, brandId, type ConversationId } from '../core/model/ids.ts';
import type { AttachmentStore, NewUpload } from '../core/ports/attachment-store.ts';
import { audit } from './audit-row.ts';
import type { Database } from './database.ts';
import { ATTACHMENT_COLUMNS, toAttachment } from './inbox/attachments.ts';
import { sees } from './inbox/conversation-row.ts';
import type { Schema } from './schema.ts';

interface Entered {
  outcome: string;
  thread_id: string | null;
  account_id: string | null;
}

/** Locks a conversation's thread and asks whether the agent may act there as things stand now. */
async function enter(tx: Kysely<Schema>, agent: AgentId, conversation: ConversationId): Promise<Entered> {
  const { rows } = await sql<Entered>`
    SELECT e.outcome, (e.c).thread_id AS thread_id, (e.c).account_id AS account_id
    FROM desk_enter_v1(${agent}, ${conversation}) e`.execute(tx);
  return rows[0] ?? { outcome: 'gone', thread_id: null, account_id: null };
}

/** Where the viewer is shown a file: a conversation that shows the thread as far as the file's message. */
async function shownIn(db: Kysely<Schema>, viewer: Viewer, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    SELECT c.id FROM attachment a JOIN conversation o ON o.id = a.conversation_id
    JOIN conversation c ON c.thread_id = a.thread_id AND c.number >= o.number
    WHERE a.id = ${id} AND (a.message_id IS NOT NULL OR (a.uploaded_by = ${viewer.id} AND c.id = o.id)) AND ${sees(viewer)}
    ORDER BY c.number LIMIT 1`.execute(db);
  return rows[0]?.id ?? null;
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
}

/** Files of messages and uploads, over their table. */
export function createAttachmentStore({ db }: Pick<Database, 'db'>): AttachmentStore {
  const waiting = (tx: Kysely<Schema>, agent: AgentId, conversation: ConversationId) =>
    tx
      .selectFrom('attachment')
      .where('message_id', 'is', null)
      .where('uploaded_by', '=', agent)
      .where('conversation_id', '=', conversation);

  async function insert(tx: Kysely<Schema>, conversation: ConversationId, agent: AgentId, upload: NewUpload) {
    const entered = await enter(tx, agent, conversation);
    if (entered.outcome === 'signed_out') return { outcome: 'signed_out' } as const;
    const { thread_id: thread, account_id: account } = entered;
    if (entered.outcome !== 'ok' || thread === null || account === null) return { outcome: 'gone' } as const;
    const there = await tx
      .selectFrom('attachment')
      .select([...ATTACHMENT_COLUMNS, 'uploaded_by', 'conversation_id'])
      .where('id', '=', upload.id)
      .executeTakeFirst();
    if (there !== undefined) {
      const same = there.uploaded_by === agent && there.conversation_id === conversation;
      return same ? ({ outcome: 'kept', upload: toAttachment(there) } as const) : ({ outcome: 'id_taken' } as const);
    }
    const { length } = await waiting(tx, agent, conversation).select('id').limit(upload.atMost).execute();
    if (length >= upload.atMost) return { outcome: 'too_many_files' } as const;
    const { file } = upload;
    const row = await tx
      .insertInto('attachment')
      .values({
        id: upload.id,
        thread_id: thread,
        conversation_id: conversation,
        account_id: account,
        kind: upload.kind,
        file_name: upload.fileName,
        size_bytes: file.sizeBytes,
        width: file.width,
        height: file.height,
        state: 'stored',
        blob_id: file.blobId,
        detected_mime: file.detectedMime,
        preview_blob_id: file.previewBlobId,
        preview_width: file.previewWidth,
        preview_height: file.previewHeight,
        uploaded_by: agent,
        stored_at: sql`now()`,
      })
      .returning(ATTACHMENT_COLUMNS)
      .executeTakeFirstOrThrow();
    await audit(tx, {
      agentId: agent,
      action: 'attachment.uploaded',
      subjectKind: 'attachment',
      subjectId: upload.id,
      detail: { conversation },
    });
    return { outcome: 'kept', upload: toAttachment(row) } as const;
  }

  return {
    async find(viewer, id) {
      if ((await shownIn(db, viewer, id)) === null) return null;
      const row = await db
        .selectFrom('attachment')
        .select([...ATTACHMENT_COLUMNS, 'conversation_id', 'blob_id'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        shown: toAttachment(row),
        conversationId: brandId(row.conversation_id),
        blobId: row.blob_id,
        previewBlobId: row.preview_blob_id,
        detectedMime: row.detected_mime,
      };
    },

    async downloaded(agent, id, conversation) {
      await audit(db, {
        agentId: agent,
        action: 'attachment.downloaded',
        subjectKind: 'attachment',
        subjectId: id,
        detail: { conversation },
      });
    },

    fetchAgain: (viewer, id) =>
      db.transaction().execute(async (tx) => {
        const place = await shownIn(tx, viewer, id);
        if (place === null) return { outcome: 'gone' };
        const { outcome } = await enter(tx, viewer.id, brandId(place));
        if (outcome !== 'ok') return { outcome: outcome === 'signed_out' ? 'signed_out' : 'gone' };
        const asked = await tx
          .updateTable('attachment')
          .set({ state: 'waiting', reason: null, attempt: 0, due_at: sql`now()`, lease_owner: null })
          .where('id', '=', id)
          .where('state', 'in', ['refused', 'failed'])
          .returning('conversation_id')
          .executeTakeFirst();
        if (asked === undefined) {
          const { state, conversation_id: conversation } = await tx
            .selectFrom('attachment')
            .select(['state', 'conversation_id'])
            .where('id', '=', id)
            .executeTakeFirstOrThrow();
          const there = state === 'waiting' || state === 'stored';
          return there
            ? { outcome: 'asked', conversationId: brandId(conversation), changed: false }
            : { outcome: 'moved_on' };
        }
        await tx
          .updateTable('conversation')
          .set((row) => ({ version: row('version', '+', 1) }))
          .where('id', '=', asked.conversation_id)
          .execute();
        await audit(tx, {
          agentId: viewer.id,
          action: 'attachment.fetch',
          subjectKind: 'attachment',
          subjectId: id,
          detail: { conversation: asked.conversation_id },
        });
        return { outcome: 'asked', conversationId: brandId(asked.conversation_id), changed: true };
      }),

    async uploads(agent, conversation) {
      const rows = await waiting(db, agent, conversation).select(ATTACHMENT_COLUMNS).orderBy('created_at').execute();
      return rows.map(toAttachment);
    },

    async upload(conversation, agent, upload) {
      try {
        return await db.transaction().execute((tx) => insert(tx, conversation, agent, upload));
      } catch (error) {
        // The same id in two conversations at the same moment: only the index sees both.
        if (isTaken(error)) return { outcome: 'id_taken' };
        throw error;
      }
    },

    // Its bytes go with the sweep of what no row names: another row may just have begun to.
    forget: (agent, id) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('attachment')
          .select(['message_id', 'conversation_id'])
          .where('id', '=', id)
          .where('uploaded_by', '=', agent)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) return 'gone';
        if (row.message_id !== null) return 'sent';
        await tx.deleteFrom('attachment').where('id', '=', id).execute();
        await audit(tx, {
          agentId: agent,
          action: 'attachment.removed',
          subjectKind: 'attachment',
          subjectId: id,
          detail: { conversation: row.conversation_id },
        });
        return 'forgotten';
      }),

    async outgoing(agent, conversation, message, ids) {
      const rows = await db
        .selectFrom('attachment')
        .select([...ATTACHMENT_COLUMNS, 'blob_id'])
        .where('id', 'in', [...ids])
        .where('uploaded_by', '=', agent)
        .where('conversation_id', '=', conversation)
        .where((where) => where.or([where('message_id', 'is', null), where('message_id', '=', message)]))
        .execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      const files: OutboundAttachment[] = [];
      for (const id of ids) {
        const row = byId.get(id);
        if (row === undefined || row.blob_id === null || row.size_bytes === null) return null;
        const { kind, fileName, mime, width, height, durationMs } = toAttachment(row);
        files.push({
          id,
          blobId: row.blob_id,
          kind,
          fileName,
          mime,
          sizeBytes: row.size_bytes,
          width,
          height,
          durationMs,
        });
      }
      return files;
    },
  };
}
