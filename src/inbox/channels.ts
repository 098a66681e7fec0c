import type { Capabilities } from '../core/capabilities.ts';
import type { AccountHealthStore } from '../core/ports/account-health-store.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';

/** What a configured channel can do, for whoever writes there. */
export interface ChannelShown {
  channel: string;
  capabilities: Capabilities;
}

export interface ChannelOverviewParts {
  store: Pick<AccountHealthStore, 'list'>;
  account(id: string): ChannelAccount | undefined;
}

/** The channels that are configured. */
export interface ChannelOverview {
  list(): Promise<ChannelShown[]>;
}

export function createChannelOverview({ store, account }: ChannelOverviewParts): ChannelOverview {
  return {
    async list() {
      const channels = new Map<string, Capabilities>();
      for (const { id } of await store.list()) {
        const found = account(id);
        if (found !== undefined) channels.set(found.channel, found.capabilities);
      }
      return [...channels].map(([channel, capabilities]) => ({ channel, capabilities }));
    },
  };
}
