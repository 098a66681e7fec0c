import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { ServerChannel } from './ports.ts';
import { idOf } from './positions.ts';

/** What is kept of a channel in which something was written, or may have been. */
export interface SeenChannel extends ServerChannel {
  /** Id of its newest message; null: it is not told. */
  last: string | null;
}

const THREAD_TYPES: ReadonlySet<number> = new Set([10, 11, 12]);
/** Forums and media channels: they hold posts, which are threads, and no messages of their own. */
const POSTS_TYPES: ReadonlySet<number> = new Set([15, 16]);
/** Other channels in which there are public threads. */
const WITH_THREADS: ReadonlySet<number> = new Set([0, 5]);
const PUBLIC_THREAD = 11;

/** A channel or thread as the API tells of it; null: nothing was written there, or it holds no messages. */
export function seenChannel(value: unknown, guildId: string): SeenChannel | null {
  const channel = recordOf(value);
  const id = idOf(channel?.['id']);
  const type = integerOf(channel?.['type']);
  if (channel === null || id === null || type === null || POSTS_TYPES.has(type)) return null;
  const last = newestIn(channel, id, type);
  if (last === 'nothing') return null;
  return { id, guildId, type, last, parentId: idOf(channel['parent_id']), ownerId: idOf(channel['owner_id']) };
}

/** `last_message_id` is optional and nullable (resources/channel#channel-object). */
function newestIn(channel: Readonly<Record<string, unknown>>, id: string, type: number): string | null {
  if (channel['last_message_id'] === undefined) return null;
  const last = idOf(stringOf(channel['last_message_id']));
  if (last !== null) return last;
  // The text a post or a thread began with has the id of the thread.
  return THREAD_TYPES.has(type) ? id : 'nothing';
}

/** The channels and threads of a GUILD_CREATE in which something was written, or may have been. */
export function* writtenIn(guild: unknown): Generator<SeenChannel> {
  const record = recordOf(guild);
  const guildId = idOf(record?.['id']);
  if (record === null || guildId === null) return;
  for (const list of [record['channels'], record['threads']]) {
    for (const one of Array.isArray(list) ? (list as unknown[]) : []) {
      const channel = seenChannel(one, guildId);
      if (channel !== null) yield channel;
    }
  }
}

/** The forums and channels of a GUILD_CREATE of which every public thread counts. */
export function* withThreadsIn(
  guild: unknown,
  covers: (channel: ServerChannel) => boolean,
): Generator<{ id: string; guildId: string }> {
  const record = recordOf(guild);
  const guildId = idOf(record?.['id']);
  const channels: unknown[] = Array.isArray(record?.['channels']) ? record['channels'] : [];
  if (guildId === null) return;
  for (const one of channels) {
    const id = idOf(recordOf(one)?.['id']);
    const type = integerOf(recordOf(one)?.['type']);
    if (id === null || type === null || !(POSTS_TYPES.has(type) || WITH_THREADS.has(type))) continue;
    if (covers({ id: '0', guildId, type: PUBLIC_THREAD, parentId: id, ownerId: null })) yield { id, guildId };
  }
}
