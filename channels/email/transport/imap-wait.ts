import type { ImapLink } from './imap-link.ts';

/** Remembers that the server announced new mail. */
export class News {
  #came = false;
  #wake: (() => void) | null = null;

  constructor({ client }: Pick<ImapLink, 'client'>) {
    client.on('exists', ({ count, prevCount }) => {
      if (count <= prevCount) return;
      this.#came = true;
      this.#wake?.();
    });
  }

  get came(): boolean {
    return this.#came;
  }

  forget(): void {
    this.#came = false;
  }

  /** One waits at a time. */
  onCome(wake: (() => void) | null): void {
    this.#wake = wake;
  }
}

/**
 * Waits until there may be something new: the server announced it, or it is time to look anyway, since IDLE may have died.
 * Ends early when the connection does, or when aborted.
 */
export async function waitForNews(
  link: ImapLink,
  news: News,
  how: { idle: boolean; lookMs: number; pollMs: number },
  signal: AbortSignal,
): Promise<'look' | 'idle_refused'> {
  if (news.came) return 'look';
  const canIdle = how.idle && link.client.capabilities.has('IDLE');
  return await new Promise((resolve) => {
    let ended = false;
    const end = (why: 'look' | 'idle_refused'): void => {
      // IDLE ends later than the wait for it, when the next command is given: that wait is somebody else's.
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      news.onCome(null);
      forgetClose();
      signal.removeEventListener('abort', look);
      resolve(why);
    };
    const look = (): void => end('look');
    const timer = setTimeout(look, canIdle ? how.lookMs : Math.min(how.pollMs, how.lookMs));
    signal.addEventListener('abort', look, { once: true });
    news.onCome(look);
    let forgetClose = (): void => undefined;
    forgetClose = link.onClose(look);
    if (!canIdle) return;
    // Ends by itself when the next command is given.
    link.client.idle().then(
      (answer) => {
        end(answer === false && link.open ? 'idle_refused' : 'look');
      },
      () => look(),
    );
  });
}
