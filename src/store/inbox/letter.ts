import { sql } from 'kysely';
import type { Viewer } from '../../core/model/agent.ts';
import { brandId, type MessageId } from '../../core/model/ids.ts';
import type { LetterFound } from '../../core/ports/inbox-store.ts';
import type { Database } from '../database.ts';
import { sees } from './conversation-row.ts';

interface Row {
  conversation_id: string;
  html: string | null;
  images: LetterFound['images'] | null;
}

/** The formatted text of a message that some conversation shows the viewer: its own, or a later one of the same thread. */
export async function readLetter({ db }: Database, viewer: Viewer, id: MessageId): Promise<LetterFound | null> {
  const { rows } = await sql<Row>`
    SELECT c.id AS conversation_id,
      (SELECT a.blob_id FROM attachment a
       WHERE a.message_id = m.id AND a.role = 'html' AND a.state = 'stored' AND a.replaced_at IS NULL ORDER BY a.ordinal LIMIT 1) AS html,
      (SELECT jsonb_agg(jsonb_build_object('contentId', a.content_id, 'attachmentId', a.id) ORDER BY a.ordinal)
       FROM attachment a WHERE a.message_id = m.id AND a.role = 'inline' AND a.content_id IS NOT NULL AND a.state = 'stored'
         AND a.replaced_at IS NULL) AS images
    FROM message m JOIN conversation o ON o.id = m.conversation_id
    JOIN conversation c ON c.thread_id = m.thread_id AND c.number >= o.number
    WHERE m.id = ${id} AND m.deleted_at IS NULL AND ${sees(viewer)}
    ORDER BY c.number LIMIT 1`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return { conversationId: brandId(row.conversation_id), htmlBlobId: row.html, images: row.images ?? [] };
}
