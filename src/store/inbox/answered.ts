import { sql } from 'kysely';
import type { MessageShown } from '../../core/model/inbox.ts';
import type { Database } from '../database.ts';

/** How much of the message that is answered is shown, characters. */
const SNIPPET = 200;

interface Row {
  of: string;
  id: string;
  author_kind: string;
  text: string;
}

/** Which messages these answer, as far as we have them, by the answering message's id. */
export async function readAnswered(
  { db }: Database,
  threadId: string,
  contactName: string,
  messageIds: readonly string[],
): Promise<Map<string, NonNullable<MessageShown['replyTo']>>> {
  // Only what stands in the same thread: a message of somebody else's is not shown here.
  const { rows } = await sql<Row>`
    SELECT m.id AS of, a.id, a.author_kind, left(a.text, ${SNIPPET}) AS text
    FROM message m JOIN thread t ON t.id = m.thread_id
    LEFT JOIN LATERAL (SELECT d.reply_to_external_id FROM delivery d WHERE m.kind = 'outbound' AND d.message_id = m.id
      AND d.reply_to_external_id IS NOT NULL ORDER BY d.ordinal LIMIT 1) d ON true
    JOIN message_external x ON x.account_id = t.account_id
      AND x.external_id = coalesce(m.reply_to_external_id, d.reply_to_external_id)
    JOIN message a ON a.id = x.message_id AND a.thread_id = m.thread_id
    WHERE m.thread_id = ${threadId} AND m.id = ANY (${[...messageIds]}::uuid[])`.execute(db);
  return new Map(
    rows.map((row) => {
      const author = row.author_kind === 'contact' ? contactName : row.author_kind === 'bot' ? 'Bot' : 'Agent';
      return [row.of, { id: row.id, author, text: row.text }];
    }),
  );
}
