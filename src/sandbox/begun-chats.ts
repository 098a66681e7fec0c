import type { Database } from '../store/database.ts';

/** A customer who has written to the bot, as the store knows them. */
export interface BegunChat {
  readonly id: number;
  readonly name: string;
}

const BEGUN = `SELECT t.address, c.display_name AS name FROM thread t JOIN contact c ON c.id = t.contact_id
  WHERE t.account_id = $1 AND t.kind = 'private' ORDER BY t.created_at`;

/**
 * Whom the simulated Telegram has to know: it may have died before its phones were kept, and a platform forgets nobody. Without this
 * what they are due would come to nobody.
 */
export async function begunChats(database: Database, accountId: string): Promise<BegunChat[]> {
  const rows = await database.prepared<{ address: string; name: string }>('sandbox_begun_chats', BEGUN, [accountId]);
  return rows
    .filter(({ address }) => /^[1-9]\d{0,14}$/.test(address))
    .map(({ address, name }) => ({ id: Number(address), name }));
}
