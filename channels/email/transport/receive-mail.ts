import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import type { Log } from '../../../src/core/ports/log.ts';
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

/** Worst last. */
const ORDER: readonly ConnectionState['state'][] = ['connected', 'connecting', 'lagging', 'retrying', 'stopped'];

/**
 * Receives the mail of an account until aborted: each folder over a connection of its own, one mail of a folder at a time, in order
 * of UID. The bookmark in the store alone says what comes next, so what other programs flag, read or move changes nothing. Every
 * trouble is told by `onState` and tried again.
 */
export async function receiveMail(options: ReceiveOptions, signal: AbortSignal): Promise<void> {
  const { config, log } = options;
  const folders = watchedFolders(config);
  const states = createStateBoard(folders, options.onState);
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
          onState: (state) => states.set(folder, state),
        },
        signal,
      ),
    ),
  );
}

/** Makes one state of those of all folders: the worst. Told when it changes; how far behind it is, always. */
export function createStateBoard(
  folders: readonly string[],
  report: (state: ConnectionState) => void,
): { set(folder: string, state: ConnectionState): void } {
  const states = new Map<string, ConnectionState>(folders.map((folder) => [folder, { state: 'connecting' }]));
  let told = '';
  const tell = (): void => {
    let worst: ConnectionState = { state: 'connected' };
    for (const state of states.values()) {
      if (ORDER.indexOf(state.state) > ORDER.indexOf(worst.state)) worst = state;
    }
    const seen = 'code' in worst ? `${worst.state}:${worst.code}:${worst.message}` : worst.state;
    if (seen === told && worst.state !== 'lagging') return;
    told = seen;
    report(worst);
  };
  tell();
  return {
    set(folder, state) {
      states.set(folder, state);
      tell();
    },
  };
}
