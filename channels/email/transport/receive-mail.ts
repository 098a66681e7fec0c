import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { createStateBoard } from '../../shared/state-board.ts';
import { type ImapConfig, watchedFolders } from '../config.ts';
import type { Credentials } from './credentials.ts';
import { watchFolder } from './imap-folder.ts';
import { IMAP_TIMES, type ImapTimes } from './imap-link.ts';
import type { MailIntake } from './received-mail.ts';

export interface ReceiveOptions extends MailIntake {
  config: ImapConfig;
  credentials: Credentials;
  log: Log;
  clock: Pick<Clock, 'nowMs'>;
  onState: (state: ConnectionState) => void;
  times?: Partial<ImapTimes>;
}

/**
 * Receives the mail of an account until aborted: each folder over a connection of its own, one mail of a folder at a time, in order
 * of UID. The bookmark in the store alone says what comes next, so what other programs flag, read or move changes nothing. Every
 * trouble is told by `onState` and tried again.
 */
export async function receiveMail(options: ReceiveOptions, signal: AbortSignal): Promise<void> {
  const { config, log } = options;
  const folders = watchedFolders(config);
  const board = createStateBoard(options.onState);
  for (const folder of folders) board.set(folder, { state: 'connecting' });
  const times = { ...IMAP_TIMES, ...options.times };
  await Promise.all(
    folders.map((folder) =>
      watchFolder(
        {
          ...options,
          log: log.child({ folder }),
          times,
          folder,
          isSpam: folder === config.spamFolder,
          onState: (state) => board.set(folder, state),
        },
        signal,
      ),
    ),
  );
}
