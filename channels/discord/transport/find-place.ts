import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { Pacer } from './pacer.ts';
import { DiscordCallError, type DiscordRest } from './ports.ts';
import { idOf, timeOf } from './positions.ts';
import { refusalOf } from './read-gap.ts';
import { type SeenChannel, seenChannel } from './told-channels.ts';

interface Deps {
  rest: DiscordRest;
  pacer: Pacer;
}

/** `channel` null: nothing was written there. `direct`: it is in no server. */
export type FoundPlace =
  | { kind: 'there'; guildId: string; channel: SeenChannel | null }
  | { kind: 'direct' | 'gone' | 'no_access' | 'later' };

const PAGE = 100;
/** A forum with more archived posts than this since the account began is not listed to its end at every start. */
const MOST_PAGES = 10;

/**
 * Asks where a known channel is, and for its newest message: threads that were archived are in no GUILD_CREATE.
 *
 * @param limits how soon an answer is wanted, where somebody waits for it
 */
export async function findPlace(
  channelId: string,
  { rest, pacer }: Deps,
  limits: { urgent: boolean; withinMs?: number },
  signal: AbortSignal,
): Promise<FoundPlace> {
  if (!(await pacer.turn(signal, limits))) return { kind: 'later' };
  try {
    const channel = recordOf(await rest.call('GET', `/channels/${channelId}`, undefined, signal));
    if (channel === null) return { kind: 'later' };
    const guildId = idOf(channel['guild_id']);
    return guildId === null
      ? { kind: 'direct' }
      : { kind: 'there', guildId, channel: seenChannel({ ...channel, id: channelId }, guildId) };
  } catch (error) {
    if (!(error instanceof DiscordCallError)) throw error;
    return { kind: refusalOf(error, pacer) };
  }
}

/**
 * Lists the public threads of a channel or forum that were archived since a position, the last one first; null: not now.
 * One that may not be listed has none.
 */
export async function listArchived(
  { id, guildId }: { id: string; guildId: string },
  from: number,
  { rest, pacer }: Deps,
  signal: AbortSignal,
): Promise<SeenChannel[] | null> {
  const found: SeenChannel[] = [];
  let before: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (!(await pacer.turn(signal))) return null;
    let page: Readonly<Record<string, unknown>> | null;
    try {
      const query: Record<string, string | number> = { limit: PAGE, ...(before === null ? {} : { before }) };
      page = recordOf(await rest.call('GET', `/channels/${id}/threads/archived/public`, { query }, signal));
    } catch (error) {
      if (!(error instanceof DiscordCallError)) throw error;
      return refusalOf(error, pacer) === 'later' ? null : found;
    }
    const threads: unknown[] = Array.isArray(page?.['threads']) ? page['threads'] : [];
    for (const one of threads) {
      const at = archivedAt(one);
      if (at !== null && Date.parse(at) < timeOf(from)) return found;
      const thread = seenChannel(one, guildId);
      // Some answers leave out what was asked for.
      if (thread !== null) found.push({ ...thread, parentId: id });
      before = at ?? before;
    }
    if (page?.['has_more'] !== true || threads.length === 0) return found;
  }
  return found;
}

function archivedAt(thread: unknown): string | null {
  const at = stringOf(recordOf(recordOf(thread)?.['thread_metadata'])?.['archive_timestamp']);
  return at === null || Number.isNaN(Date.parse(at)) ? null : at;
}
