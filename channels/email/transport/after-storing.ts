import type { Log } from '../../../src/core/ports/log.ts';
import type { ImapConfig } from '../config.ts';
import type { ImapLink } from './imap-link.ts';

/**
 * Marks or moves a stored mail, as the account wishes. Best effort: the mail is ours already, and a failure must not hold up the
 * next one. A mail that is stored right before a crash stays as it was.
 */
export async function markStored(
  link: ImapLink,
  uid: number,
  wish: ImapConfig['afterStoring'],
  log: Log,
): Promise<void> {
  if (wish === 'leave') return;
  try {
    const done =
      wish === 'seen'
        ? await link.run((client) => client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }))
        : await move(link, uid, wish.move);
    if (!done) log.warn({ uid }, 'a stored mail could not be marked or moved');
  } catch (error) {
    // A lost connection is noticed by the next command.
    log.warn(
      { uid, error: error instanceof Error ? error.name : typeof error },
      'a stored mail could not be marked or moved',
    );
  }
}

async function move(link: ImapLink, uid: number, folder: string): Promise<boolean> {
  const tryOnce = async (): Promise<boolean> =>
    (await link.run((client) => client.messageMove(String(uid), folder, { uid: true }))) !== false;
  if (await tryOnce()) return true;
  await link.run((client) => client.mailboxCreate(folder));
  return await tryOnce();
}
