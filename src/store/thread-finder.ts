import { sql } from 'kysely';
import type { ThreadFinder } from '../core/ports/letter-store.ts';
import type { Database } from './database.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** References looked at: whoever names more names nothing we need. */
const MOST = 60;

interface ThreadRow {
  kind: 'private' | 'group' | 'channel';
  external_key: string;
  address: string;
  chat_key: string;
}

interface DeliveryRow extends ThreadRow {
  author_id: string;
  author_name: string;
  handle: string | null;
  language_hint: string | null;
}

/** In groups the key of a thread is made of the place and the author; the event says both itself. */
function placed({ kind, external_key, address, chat_key }: ThreadRow) {
  return { kind, key: kind === 'private' ? external_key : address, chatKey: chat_key };
}

/** Threads by what letters name, over the tables of migrations 1 and 9. */
export function createThreadFinder({ db }: Database): ThreadFinder {
  return {
    async byReferences(account, { participant, threadIds, deliveryIds, externalIds }) {
      const ids = (given: readonly string[]): string[] => given.filter((id) => UUID.test(id)).slice(0, MOST);
      const names = externalIds.slice(0, MOST);
      const { rows } = await sql<ThreadRow>`
        WITH named AS (
          SELECT t.id, 1 AS rank, x.place FROM unnest(${ids(threadIds)}::uuid[]) WITH ORDINALITY AS x(id, place)
            JOIN thread t ON t.id = x.id
          UNION ALL
          SELECT d.thread_id, 2, x.place FROM unnest(${ids(deliveryIds)}::uuid[]) WITH ORDINALITY AS x(id, place)
            JOIN delivery d ON d.id = x.id
          UNION ALL
          SELECT m.thread_id, 3, x.place FROM unnest(${names}::text[]) WITH ORDINALITY AS x(id, place)
            JOIN message_external e ON e.account_id = ${account} AND strpos(e.external_id, '#') > 0
              AND left(e.external_id, strpos(e.external_id, '#')) = x.id
            JOIN message m ON m.id = e.message_id
        )
        SELECT t.kind, t.external_key, t.address, t.chat_key FROM named n JOIN thread t ON t.id = n.id
        JOIN thread_participant p ON p.thread_id = t.id AND p.external_id = ${participant.externalId}
        WHERE t.account_id = ${account} AND (${participant.proven} OR NOT p.proven)
        ORDER BY n.rank, n.place LIMIT 1`.execute(db);
      const [row] = rows;
      return row === undefined ? null : placed(row);
    },

    async ofDelivery(account, delivery) {
      if (!UUID.test(delivery)) return null;
      const { rows } = await sql<DeliveryRow>`
        SELECT t.kind, t.external_key, t.address, t.chat_key, i.external_id AS author_id, i.display_name AS author_name, i.handle,
          i.language_hint
        FROM delivery d JOIN thread t ON t.id = d.thread_id JOIN identity i ON i.id = t.identity_id
        WHERE d.id = ${delivery} AND t.account_id = ${account}`.execute(db);
      const [row] = rows;
      if (row === undefined) return null;
      const author = {
        externalId: row.author_id,
        displayName: row.author_name,
        isBot: false,
        ...(row.handle === null ? {} : { handle: row.handle }),
        ...(row.language_hint === null ? {} : { languageCode: row.language_hint }),
      };
      return { ...placed(row), author };
    },
  };
}
