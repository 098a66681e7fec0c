import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { Pacer } from './pacer.ts';
import { DiscordCallError, type DiscordRest } from './ports.ts';
import { idBefore, idOf, positionOf } from './positions.ts';

/** A place to read after a gap. */
export interface GapPlace {
  channelId: string;
  /** Null: direct messages. */
  guildId: string | null;
  /** Channel type of the API; null: unknown, so that whoever reads the messages asks what the place is. */
  type: number | null;
  /** Everything from this position on is asked for. */
  from: number;
}

/** `no_access`: it is there and may not be read. `gone`: it is not there any more. `later`: not all of it was read. */
export type GapOutcome = { kind: 'read' | 'gone' | 'no_access' | 'later'; found: number; upTo: number };

const PAGE = 100;
const DIRECT_TYPE = 1;
const REFUSED_MS = 250;
const REFUSED_TOKEN_MS = 60_000;

/**
 * Reads what was written in a place since a position, oldest first, a page at a time (the platform answers each page newest first).
 *
 * @param hand stores one message; resolves after the commit, or false when there is no time left
 */
export async function readGap(
  place: GapPlace,
  deps: {
    rest: DiscordRest;
    pacer: Pacer;
    hand(message: Readonly<Record<string, unknown>>, id: string): Promise<boolean>;
    urgent: boolean;
    withinMs?: number;
  },
  signal: AbortSignal,
): Promise<GapOutcome> {
  let after = idBefore(place.from);
  let upTo = place.from;
  let found = 0;
  let isFirst = true;
  for (;;) {
    const limits = isFirst && deps.withinMs !== undefined ? { withinMs: deps.withinMs } : {};
    if (!(await deps.pacer.turn(signal, { urgent: deps.urgent, ...limits }))) return { kind: 'later', found, upTo };
    isFirst = false;
    let page: unknown;
    try {
      const query = { after, limit: PAGE };
      page = await deps.rest.call('GET', `/channels/${place.channelId}/messages`, { query }, signal);
    } catch (error) {
      if (!(error instanceof DiscordCallError)) throw error;
      return { kind: refusalOf(error, deps.pacer), found, upTo };
    }
    const messages = messagesOf(page);
    for (const { id, message } of messages) {
      const whole = {
        ...message,
        ...(place.guildId === null
          ? { channel_type: DIRECT_TYPE }
          : { guild_id: place.guildId, ...(place.type === null ? {} : { channel_type: place.type }) }),
      };
      if (!(await deps.hand(whole, id))) return { kind: 'later', found, upTo };
      // The message reading begins with is known already.
      if (positionOf(id) > place.from) found += 1;
      upTo = Math.max(upTo, positionOf(id));
    }
    const last = messages.at(-1);
    if (messages.length < PAGE || last === undefined || last.id === after) return { kind: 'read', found, upTo };
    after = last.id;
  }
}

/** What a call that failed says of its place; also makes later calls wait where the platform wants that. */
export function refusalOf(error: DiscordCallError, pacer: Pacer): 'gone' | 'no_access' | 'later' {
  if (error.status === 404) return 'gone';
  // 10,000 refused calls in ten minutes block the address (docs, "Invalid Request Limit").
  if (error.status === 401) pacer.hold(REFUSED_TOKEN_MS);
  if (error.status === 403) pacer.hold(REFUSED_MS);
  // Without a code it is the shield before the API, which lets us through again.
  if (error.status === 403 && error.code !== null) return 'no_access';
  if (error.status === 429) pacer.hold(error.scope === 'bucket' ? 0 : (error.retryAfterMs ?? 1_000));
  return 'later';
}

/** Messages of a page, oldest first, whatever order they came in. */
function messagesOf(page: unknown): { id: string; message: Readonly<Record<string, unknown>> }[] {
  const list: unknown[] = Array.isArray(page) ? page : [];
  return list
    .flatMap((one) => {
      const message = recordOf(one);
      const id = idOf(stringOf(message?.['id']));
      return message === null || id === null ? [] : [{ id, message }];
    })
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}
