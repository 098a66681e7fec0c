import { sql } from 'kysely';
import type { Viewer } from '../../core/model/agent.ts';
import type { OutboundAttachment } from '../../core/model/attachment.ts';
import type { MessageExtras } from '../../core/model/extras.ts';
import { brandId, type MessageId } from '../../core/model/ids.ts';
import type { RenderedPart } from '../../core/model/outbound.ts';
import type { Amendable } from '../../core/ports/inbox-store.ts';
import type { Database } from '../database.ts';
import { sees } from './conversation-row.ts';

interface Kept extends Omit<OutboundAttachment, 'blobId' | 'sizeBytes'> {
  blobId: string | null;
  sizeBytes: number | null;
}

interface Row {
  account_id: string;
  thread_kind: Amendable['threadKind'];
  conversation_id: string;
  kind: Amendable['kind'];
  text: string;
  sent_at: Date | null;
  deleted: boolean;
  extras: MessageExtras | null;
  files: Kept[] | null;
  targets: { externalId: string; part: RenderedPart | null }[] | null;
}

/** The files with their bytes; null when one of them has none any more. */
function keptFiles(files: readonly Kept[]): OutboundAttachment[] | null {
  const kept = files.flatMap(({ blobId, sizeBytes, ...file }) =>
    blobId === null || sizeBytes === null ? [] : [{ ...file, blobId, sizeBytes }],
  );
  return kept.length === files.length ? kept : null;
}

/** What may be done to a message at the platform; null when the viewer may not see it. Keys of albums are no messages. */
export async function readAmendable({ db }: Database, viewer: Viewer, id: MessageId): Promise<Amendable | null> {
  const { rows } = await sql<Row>`
    SELECT c.account_id, t.kind AS thread_kind, c.id AS conversation_id, m.kind, m.text, m.deleted_at IS NOT NULL AS deleted,
      coalesce((SELECT max(d.finished_at) FROM delivery d WHERE d.message_id = m.id AND d.action = 'send'), m.occurred_at, m.created_at)
        AS sent_at,
      m.extras,
      (SELECT jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'fileName', a.file_name, 'mime', coalesce(a.detected_mime, a.mime),
        'sizeBytes', a.size_bytes, 'width', a.width, 'height', a.height, 'durationMs', a.duration_ms, 'blobId', a.blob_id)
        ORDER BY a.ordinal)
       FROM attachment a WHERE m.kind = 'outbound' AND a.message_id = m.id AND a.replaced_at IS NULL) AS files,
      (SELECT jsonb_agg(jsonb_build_object('externalId', x.external_id, 'part', d.part) ORDER BY d.ordinal NULLS LAST, length(x.external_id), x.external_id)
       FROM message_external x LEFT JOIN delivery d ON d.message_id = m.id AND d.external_id = x.external_id AND d.action = 'send'
       WHERE x.account_id = c.account_id AND x.message_id = m.id AND NOT starts_with(x.external_id, 'album:')) AS targets
    FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN thread t ON t.id = c.thread_id
    WHERE m.id = ${id} AND ${sees(viewer)}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    accountId: row.account_id,
    threadKind: row.thread_kind,
    conversationId: brandId(row.conversation_id),
    kind: row.kind,
    text: row.text,
    sentAtMs: row.sent_at?.getTime() ?? null,
    deleted: row.deleted,
    targets: row.targets ?? [],
    files: keptFiles(row.files ?? []),
    extras: row.extras,
  };
}
