import { randomUUID } from 'node:crypto';
import type { AttachmentRole } from '../../../src/core/model/attachment.ts';
import type { LetterFacts } from '../../../src/core/model/letter.ts';
import type { DeskStand } from './stand.ts';

/** A file of a letter. */
export interface LetterFile {
  role: AttachmentRole;
  bytes: Buffer;
  name?: string;
  mime?: string | null;
  contentId?: string;
}

/** What becomes of a plain message so that it is a letter. */
export interface LetterMade {
  facts?: Partial<LetterFacts>;
  text?: string;
  /** Formatted text, as the parser would store it: sanitised. */
  html?: string;
  files?: readonly LetterFile[];
}

const KIND: Readonly<Record<AttachmentRole, string>> = {
  file: 'document',
  inline: 'photo',
  html: 'document',
  original: 'document',
};

/** Makes the newest inbound message of a conversation a letter with rows as the e-mail channel writes them; its id. */
export async function makeLetter(
  { gateway: { database }, blobs }: Pick<DeskStand, 'gateway' | 'blobs'>,
  conversation: string,
  { facts = {}, text, html, files = [] }: LetterMade,
): Promise<string> {
  const letter: LetterFacts = {
    subject: 'Where is my withdrawal?',
    from: { address: 'mia@example.com', name: 'Mia Keller' },
    to: [{ address: 'support@example.org', name: 'Support' }],
    cc: [],
    proof: 'proven',
    ...(html === undefined ? {} : { formatted: true as const }),
    ...facts,
  };
  const { rows } = await database.pool.query<{ id: string }>(
    `UPDATE message SET extras = jsonb_build_object('letter', $2::jsonb), text = coalesce($3, text) WHERE id =
      (SELECT id FROM message WHERE conversation_id = $1 AND kind = 'inbound' ORDER BY seq DESC LIMIT 1) RETURNING id`,
    [conversation, JSON.stringify(letter), text ?? null],
  );
  const id = rows[0]?.id ?? '';
  await database.pool.query(
    'UPDATE conversation SET subject = coalesce(subject, $2), version = version + 1 WHERE id = $1',
    [conversation, letter.subject],
  );
  const all: readonly LetterFile[] = [
    ...(html === undefined ? [] : [{ role: 'html' as const, bytes: Buffer.from(html), mime: 'text/html' }]),
    ...files,
  ];
  for (const [ordinal, file] of all.entries()) await attach({ database, blobs, message: id, ordinal, file });
  return id;
}

async function attach({
  database,
  blobs,
  message,
  ordinal,
  file,
}: Pick<DeskStand['gateway'], 'database'> &
  Pick<DeskStand, 'blobs'> & { message: string; ordinal: number; file: LetterFile }): Promise<void> {
  const { id: blob } = await blobs.put(file.bytes);
  await database.pool.query(
    `INSERT INTO attachment (id, message_id, thread_id, conversation_id, account_id, ordinal, kind, state, blob_id, file_name, mime,
      detected_mime, size_bytes, role, content_id)
    SELECT $1, m.id, m.thread_id, m.conversation_id, t.account_id, $3, $4, 'stored', $5, $6, $7, $7, $8, $9, $10
    FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.id = $2`,
    [
      randomUUID(),
      message,
      ordinal,
      KIND[file.role],
      blob,
      file.name ?? null,
      file.mime ?? null,
      file.bytes.length,
      file.role,
      file.contentId ?? null,
    ],
  );
}

/** Files a conversation as the e-mail channel does with what no person wrote. */
export async function fileConversation(
  { gateway }: Pick<DeskStand, 'gateway'>,
  id: string,
  why: string,
): Promise<void> {
  await gateway.database.pool.query(
    `UPDATE conversation SET status = 'resolved', resolved_at = now(), resolved_owner_kind = 'bot', owner_kind = 'none',
      owner_version = owner_version + 1, filed_as = $2, unread = 0, version = version + 1 WHERE id = $1`,
    [id, why],
  );
  await gateway.database.pool.query(
    `UPDATE message SET state = 'filed', state_reason = $2 WHERE conversation_id = $1 AND kind = 'inbound'`,
    [id, why],
  );
}
