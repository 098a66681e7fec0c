import type { Config } from '../config/schema.ts';
import type { OfficialAccount } from './bot/greeting.ts';

/** The accounts that have a name customers know them by. */
export function officialAccounts(config: Pick<Config, 'accounts'>): OfficialAccount[] {
  return config.accounts.flatMap(({ channel, officialName, address }) => {
    const name = officialName ?? address;
    return typeof name === 'string' ? [{ platform: channel.charAt(0).toUpperCase() + channel.slice(1), name }] : [];
  });
}
