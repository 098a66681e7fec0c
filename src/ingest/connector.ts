import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountId } from '../core/model/ids.ts';
import type { ChannelAccount, InboundSink } from '../core/ports/channel.ts';
import type { Log } from '../core/ports/log.ts';

const LOOK_MS = 1_000;
/** Pauses between attempts to prepare an account, ms, doubling. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Before a connection that ended by itself is opened again, ms. */
const REOPEN_MS = 1_000;
const WATCH_MS = 60_000;

export interface ConnectorOptions {
  account: ChannelAccount;
  sink: InboundSink;
  log: Log;
  /** Tries to become the account's one receiver; null when another instance is. */
  own(account: AccountId): Promise<number | null>;
  /** The present owner's token. */
  owner(account: AccountId): Promise<{ token: number; mine: boolean }>;
  /** Done once when the account became ours, such as registering its webhook. */
  onOwned(signal: AbortSignal): Promise<void>;
  /** Done about once a minute from then on, such as looking whether the webhook is still ours. */
  watch?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Between two looks, ms; shorter in tests. */
  watchMs?: number | undefined;
}

/** One account's receiver in this process, if this instance owns the account. */
export interface Connector {
  stop(): Promise<void>;
}

/**
 * Receives for one account while this instance owns it. The connection stays open when the database is away (what it then
 * reads is refused and read again) and closes only on learning of a newer token; an overlap is harmless, events are unique.
 */
export function startConnector(options: ConnectorOptions): Connector {
  const { account, log } = options;
  const whole = new AbortController();
  let token: number | null = null;
  let current: { abort: AbortController; ended: Promise<void> } | null = null;
  let looking = false;

  /** Such as registering the webhook: repeated until it is done, because without it nothing would ever come. */
  async function prepare(signal: AbortSignal): Promise<void> {
    for (let pauseMs = FIRST_RETRY_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)) {
      try {
        await options.onOwned(signal);
        return;
      } catch (error) {
        log.error(
          { accountId: account.id, retryMs: pauseMs, err: error instanceof Error ? error.message : 'unknown' },
          'account could not be prepared; trying again',
        );
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** What a look finds is reported by the account itself; a look that failed is no more than the next one. */
  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && options.watch !== undefined) {
      await sleep(options.watchMs ?? WATCH_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await options.watch(signal);
      } catch (error) {
        log.debug(
          { accountId: account.id, err: error instanceof Error ? error.message : 'unknown' },
          'the account could not be looked at',
        );
      }
    }
  }

  async function receive(abort: AbortController): Promise<void> {
    await Promise.all([watch(abort.signal), take(abort)]);
  }

  async function take(abort: AbortController): Promise<void> {
    await prepare(abort.signal);
    while (!abort.signal.aborted && account.receive !== undefined) {
      try {
        await account.receive(options.sink, abort.signal);
      } catch (error) {
        log.error(
          { accountId: account.id, err: error instanceof Error ? error.message : 'unknown' },
          'the connection ended badly',
        );
      }
      await sleep(REOPEN_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  }

  async function close(): Promise<void> {
    const open = current;
    current = null;
    token = null;
    open?.abort.abort();
    await open?.ended;
  }

  async function look(): Promise<void> {
    if (token === null) {
      token = await options.own(account.id);
      if (token === null || whole.signal.aborted) return;
      log.info({ accountId: account.id }, 'this instance receives for the account');
      const abort = new AbortController();
      current = { abort, ended: receive(abort) };
      return;
    }
    const owner = await options.owner(account.id);
    if (!owner.mine || owner.token !== token) {
      log.warn({ accountId: account.id }, 'another instance receives for the account now');
      await close();
    }
  }

  function lookOnce(): void {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => {
        log.debug(
          { accountId: account.id, err: error instanceof Error ? error.message : 'unknown' },
          'ownership not known now',
        );
      })
      .finally(() => {
        looking = false;
      });
  }

  const timer = setInterval(lookOnce, LOOK_MS);
  lookOnce();

  return {
    async stop() {
      whole.abort();
      clearInterval(timer);
      await close();
    },
  };
}
