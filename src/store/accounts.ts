import type { AccountId, InstanceId } from '../core/model/ids.ts';
import type { Pace } from '../core/ports/channel.ts';
import type { Database } from './database.ts';

/** What the store keeps of our accounts: their pace, and who receives for them. */
export interface AccountStore {
  /** Writes the configured accounts; accounts that left the configuration keep their rows. */
  sync(accounts: readonly { id: AccountId; channel: string; pace: Pace | null }[]): Promise<void>;
  /** Makes this instance the one that receives for an account; null when another living instance is. */
  own(account: AccountId, instance: InstanceId): Promise<number | null>;
  /** The token of the present owner, and whether it is this instance. */
  owner(account: AccountId, instance: InstanceId): Promise<{ token: number; mine: boolean }>;
}

/** Milliseconds between two calls, as reserve_pace_v1 reads them. */
function paceRow(pace: Pace | null): string | null {
  if (pace === null) return null;
  return JSON.stringify({
    accountMs: 1_000 / pace.accountPerSecond,
    chatMs: 1_000 / pace.chatPerSecond,
    groupMs: 60_000 / pace.groupPerMinute,
    burst: pace.burst,
  });
}

export function createAccountStore({ db }: Database): AccountStore {
  return {
    async sync(accounts) {
      if (accounts.length === 0) return;
      await db
        .insertInto('account')
        .values(
          [...accounts]
            .sort((a, b) => (a.id < b.id ? -1 : 1))
            .map(({ id, channel, pace }) => ({ id, channel, pace: paceRow(pace) })),
        )
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((row) => ({ channel: row.ref('excluded.channel'), pace: row.ref('excluded.pace') })),
        )
        .execute();
    },

    async own(account, instance) {
      const row = await db
        .updateTable('account')
        .set((row) => ({ owner_instance: instance, owner_token: row('owner_token', '+', 1) }))
        .where('id', '=', account)
        .where('owner_instance', 'is', null)
        .returning('owner_token')
        .executeTakeFirst();
      return row?.owner_token ?? null;
    },

    async owner(account, instance) {
      const row = await db
        .selectFrom('account')
        .select(['owner_token', 'owner_instance'])
        .where('id', '=', account)
        .executeTakeFirst();
      return { token: row?.owner_token ?? 0, mine: row?.owner_instance === instance };
    },
  };
}
