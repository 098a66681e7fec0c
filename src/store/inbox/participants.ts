import type { ParticipantShown } from '../../core/model/inbox.ts';
import type { Database } from '../database.ts';

/** More take part in no letter anybody answers by hand. */
const MOST = 200;

/** Who takes part in a thread, the customer first; of threads without participants of their own: nobody. */
export async function readParticipants({ db }: Database, threadId: string): Promise<ParticipantShown[]> {
  const rows = await db
    .selectFrom('thread_participant')
    .select(['external_id', 'display_name', 'role', 'proven'])
    .where('thread_id', '=', threadId)
    .orderBy('role', 'desc')
    .orderBy('created_at')
    .orderBy('external_id')
    .limit(MOST)
    .execute();
  return rows.map(({ external_id: id, display_name: name, role, proven }) => ({
    address: id.replace(/^claimed:/, ''),
    name,
    role,
    proven,
  }));
}
