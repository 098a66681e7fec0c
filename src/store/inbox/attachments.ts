import type { Selectable } from 'kysely';
import type { AttachmentShown } from '../../core/model/attachment.ts';
import type { Database } from '../database.ts';
import type { AttachmentTable } from '../schema-media.ts';

/** What {@link toAttachment} reads of a row. */
export const ATTACHMENT_COLUMNS = [
  'id',
  'kind',
  'file_name',
  'mime',
  'detected_mime',
  'size_bytes',
  'width',
  'height',
  'duration_ms',
  'state',
  'reason',
  'caption',
  'preview_blob_id',
  'preview_width',
  'preview_height',
  'role',
  'content_id',
] as const;

/** A file as agents see it. */
export function toAttachment(
  row: Pick<Selectable<AttachmentTable>, (typeof ATTACHMENT_COLUMNS)[number]>,
): AttachmentShown {
  return {
    id: row.id,
    kind: row.kind,
    fileName: row.file_name,
    mime: row.detected_mime ?? row.mime,
    sizeBytes: row.size_bytes,
    width: row.width,
    height: row.height,
    durationMs: row.duration_ms,
    state: row.state,
    reason: row.reason,
    preview:
      row.preview_blob_id === null || row.preview_width === null || row.preview_height === null
        ? null
        : { width: row.preview_width, height: row.preview_height },
    role: row.role,
    contentId: row.content_id,
    caption: row.caption,
  };
}

/** The files of these messages as agents see them, by message, in order; without those an edit replaced. */
export async function readAttachments(
  { db }: Database,
  messageIds: readonly string[],
): Promise<Map<string, AttachmentShown[]>> {
  const rows = await db
    .selectFrom('attachment')
    .select([...ATTACHMENT_COLUMNS, 'message_id'])
    .where('message_id', 'in', [...messageIds])
    .where('replaced_at', 'is', null)
    .orderBy('ordinal')
    .execute();
  const byMessage = new Map<string, AttachmentShown[]>();
  for (const row of rows) {
    const of = row.message_id ?? '';
    byMessage.set(of, [...(byMessage.get(of) ?? []), toAttachment(row)]);
  }
  return byMessage;
}
