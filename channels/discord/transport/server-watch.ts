import type { Log } from '../../../src/core/ports/log.ts';
import { integerOf, recordOf } from '../../shared/read-unknown.ts';
import type { StateBoard } from '../../shared/state-board.ts';
import type { ServerChannel } from './ports.ts';
import { idOf } from './positions.ts';

/** Notices when the bot is taken out of a server, or loses a channel, that it serves by configuration. */
export interface ServerWatch {
  see(t: string, d: unknown): void;
}

export function createServerWatch(
  board: StateBoard,
  log: Log,
  covers: (channel: ServerChannel) => boolean,
): ServerWatch {
  /** Servers with a channel of the configuration. */
  const served = new Set<string>();

  return {
    see(t, d) {
      const guild = recordOf(d);
      const guildId = idOf(guild?.['id']);
      if (guild === null || guildId === null) return;
      if (t === 'GUILD_CREATE') {
        const channels: unknown[] = Array.isArray(guild['channels']) ? guild['channels'] : [];
        const isServed = channels.some((one) => {
          const channel = recordOf(one);
          const id = idOf(channel?.['id']);
          return (
            id !== null &&
            covers({
              id,
              guildId,
              type: integerOf(channel?.['type']) ?? 0,
              parentId: idOf(channel?.['parent_id']),
              ownerId: null,
            })
          );
        });
        if (isServed) served.add(guildId);
        board.set(`server:${guildId}`, null);
      }
      // With `unavailable` the platform has trouble, and the server comes back.
      if (t === 'GUILD_DELETE' && guild['unavailable'] !== true) {
        log.warn({ guildId, isServed: served.has(guildId) }, 'removed from a server');
        if (!served.has(guildId)) return;
        board.set(`server:${guildId}`, {
          state: 'retrying',
          code: 'removed_from_server',
          message: `The bot was removed from server ${guildId}, whose channels are in the configuration`,
          mend: 'Have an administrator of the server invite the bot again, or leave its channels out of the configuration.',
        });
      }
    },
  };
}
