/** A server as large as they usually are, as GUILD_CREATE brings it to a bot without the privileged intents: about 17 KB. */

const ROLES = 12;
const EMOJI = 15;
/** People in voice channels: of the others such a bot is not told. */
const IN_VOICE = 3;
const TOPIC =
  'Questions about deposits go to the support channel; nobody of the team ever writes first or asks for a code.';

const numbers = (count) => Array.from({ length: count }, (_, at) => at);

/**
 * @param {{id: string, name: string, channelIds: readonly string[], botId: string}} server
 * @param {() => string} newId gives ids of people, roles and emoji
 */
export function fullServer({ id, name, channelIds, botId }, newId) {
  const roles = numbers(ROLES).map((at) => ({
    id: at === 0 ? id : newId(),
    name: at === 0 ? '@everyone' : `Role ${at}`,
    color: at * 1_000,
    colors: { primary_color: at * 1_000, secondary_color: null, tertiary_color: null },
    hoist: at % 3 === 0,
    icon: null,
    unicode_emoji: null,
    position: at,
    permissions: '2251799813685247',
    managed: false,
    mentionable: false,
    flags: 0,
  }));
  const people = [botId, ...numbers(IN_VOICE).map(() => newId())];
  const member = (userId, at) => ({
    user: { id: userId, username: `person_${userId}`, discriminator: '0', global_name: `Person ${at}`, avatar: null },
    roles: [roles[at + 1]?.id ?? id],
    nick: null,
    avatar: null,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    deaf: false,
    mute: false,
    flags: 0,
  });
  const overwrite = (role) => ({ id: role.id, type: 0, allow: '1024', deny: '2048' });
  return {
    id,
    name,
    icon: null,
    owner_id: people[1],
    roles,
    emojis: numbers(EMOJI).map((at) => ({
      id: newId(),
      name: `emoji_${at}`,
      roles: [],
      require_colons: true,
      managed: false,
      animated: false,
      available: true,
    })),
    stickers: [],
    features: ['COMMUNITY', 'NEWS'],
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 2,
    mfa_level: 0,
    system_channel_id: channelIds[0] ?? null,
    system_channel_flags: 0,
    preferred_locale: 'en-US',
    premium_tier: 1,
    nsfw_level: 0,
    joined_at: '2024-01-01T00:00:00.000000+00:00',
    large: true,
    unavailable: false,
    member_count: 1_200,
    members: people.map(member),
    voice_states: people.slice(1).map((userId) => ({
      user_id: userId,
      channel_id: channelIds[1] ?? null,
      session_id: `session ${userId}`,
      deaf: false,
      mute: false,
      self_deaf: false,
      self_mute: true,
      self_video: false,
      suppress: false,
      request_to_speak_timestamp: null,
    })),
    channels: channelIds.map((channelId, at) => ({
      id: channelId,
      type: 0,
      guild_id: id,
      name: `channel-${at}`,
      position: at,
      parent_id: null,
      last_message_id: null,
      topic: TOPIC,
      nsfw: false,
      rate_limit_per_user: 0,
      flags: 0,
      permission_overwrites: [roles[0], roles[1 + (at % (ROLES - 1))]].map(overwrite),
    })),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
