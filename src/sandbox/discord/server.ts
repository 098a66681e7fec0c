import type { DiscordGuild, DiscordSimulator } from '../../../channels/discord/simulator/index.ts';

/** Types of channels in Discord's API (docs, "Channel Types"). */
const TEXT = 0;
const FORUM = 15;

/**
 * The same in every run: the store remembers conversations by them, and an answer to one of an earlier run has to find its place. Ids of
 * Discord hold a time; these are of 2017.
 */
const SERVER_ID = '300000000000000001';
export const GENERAL_ID = '300000000000000002';
export const SUPPORT_ID = '300000000000000003';
export const FORUM_ID = '300000000000000004';
export const SERVER_NAME = 'Example Exchange';

/** What an account of the sandbox listens to besides mentions: as `support` of its configuration. */
export const SUPPORT_PLACES = { channels: [SUPPORT_ID], forums: [FORUM_ID] } as const;

/** Makes the demo server, with a channel where only what names us counts, a support channel, and a forum. */
export function openDemoServer(simulator: DiscordSimulator): DiscordGuild {
  const server = simulator.guild(SERVER_ID, { name: SERVER_NAME });
  server.addChannel('general', { id: GENERAL_ID, type: TEXT });
  server.addChannel('support', { id: SUPPORT_ID, type: TEXT });
  server.addChannel('questions', { id: FORUM_ID, type: FORUM });
  return server;
}
