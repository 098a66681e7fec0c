import { useQuery } from '@tanstack/react-query';
import { fetchChannels } from '../api/calls.ts';
import type { Capabilities } from '../api/model.ts';

/** What a channel can do, as far as the composer and the thread need to know. Sizes in bytes, times in ms. */
export type ChannelAbilities = Capabilities;

/** What each of our channels can do, by its name. It changes with the configuration alone. */
const abilitiesQuery = {
  queryKey: ['channels'],
  queryFn: async (): Promise<ReadonlyMap<string, ChannelAbilities>> =>
    new Map((await fetchChannels()).map(({ channel, capabilities }) => [channel, capabilities])),
};

/** What a channel can do; null until it is known, and for a channel that is not configured any more. */
export function useAbilities(channel: string): ChannelAbilities | null {
  return useQuery(abilitiesQuery).data?.get(channel) ?? null;
}
