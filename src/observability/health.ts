import type { AccountId } from '../core/model/ids.ts';
import type { ConnectionState } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';

/** How one account's connection stands, and since when. */
export interface AccountHealth {
  accountId: AccountId;
  channel: string;
  state: ConnectionState;
  /** When it came to this kind of state, ms since the epoch. */
  sinceMs: number;
}

/** The last known state of every account of this process. */
export interface AccountHealthBoard {
  /** For {@link ChannelDeps.onState}. */
  report(accountId: AccountId, channel: string, state: ConnectionState): void;
  /** Forgets an account that was removed. */
  remove(accountId: AccountId): void;
  /** Null for an account that never reported. */
  get(accountId: AccountId): AccountHealth | null;
  /** All, by id. */
  list(): AccountHealth[];
}

function sameKind(left: ConnectionState, right: ConnectionState): boolean {
  const code = (state: ConnectionState): string => ('code' in state ? state.code : '');
  return left.state === right.state && code(left) === code(right);
}

/**
 * Makes the board. `onChange` hears of a new state or code, not of a repeated one: a poller that fails every second is one
 * piece of news.
 */
export function createAccountHealthBoard(
  clock: Clock,
  onChange: (now: AccountHealth, before: AccountHealth | null) => void = () => undefined,
): AccountHealthBoard {
  const accounts = new Map<AccountId, AccountHealth>();
  return {
    report(accountId, channel, state) {
      const before = accounts.get(accountId) ?? null;
      const same = before !== null && sameKind(before.state, state);
      const now = { accountId, channel, state, sinceMs: same ? before.sinceMs : clock.nowMs() };
      accounts.set(accountId, now);
      if (!same) onChange(now, before);
    },
    remove(accountId) {
      accounts.delete(accountId);
    },
    get: (accountId) => accounts.get(accountId) ?? null,
    list: () => [...accounts.values()].sort((left, right) => (left.accountId < right.accountId ? -1 : 1)),
  };
}
