import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { TelegramCallError } from '../errors.ts';
import { troubleOf } from './connection-state.ts';
import { MAX_CONNECTIONS, notSet, registerWebhook, type WebhookSettings } from './webhook.ts';

/** An error older than this is over: failed deliveries are repeated at least every minute or two. */
const RECENT_ERROR_MS = 150_000;
/** As many as Telegram has under way at once; more than that, look after look, do not wait for their turn alone. */
const MANY_WAIT = MAX_CONNECTIONS;

/** What getWebhookInfo says, as far as we look. */
interface WebhookInfo {
  url: string;
  waiting: number;
  errorAtMs: number | null;
  error: string | null;
}

export interface WebhookWatchOptions extends WebhookSettings {
  /** Wall time, ms since the epoch. */
  nowMs: () => number;
}

/** Looks whether Telegram still delivers to us, and puts the webhook back where it may. */
export interface WebhookWatch {
  /** @throws {TelegramCallError} when Telegram could not be asked; the state was reported */
  look(url: string | null, signal: AbortSignal): Promise<void>;
}

export function createWebhookWatch(options: WebhookWatchOptions): WebhookWatch {
  const { api, onState } = options;
  let waitingSinceMs: number | null = null;
  let waitedBefore = 0;

  async function infoOf(signal: AbortSignal): Promise<WebhookInfo> {
    try {
      const info = recordOf(await api.call('getWebhookInfo', {}, signal));
      const errorAt = integerOf(info?.['last_error_date']);
      return {
        url: stringOf(info?.['url']) ?? '',
        waiting: integerOf(info?.['pending_update_count']) ?? 0,
        errorAtMs: errorAt === null ? null : errorAt * 1_000,
        error: stringOf(info?.['last_error_message']),
      };
    } catch (error) {
      // Stopped by ourselves: that says nothing of Telegram.
      if (error instanceof TelegramCallError && !signal.aborted) onState(troubleOf(error.failure).state);
      throw error;
    }
  }

  /** How the deliveries go; null: well. */
  function lagOf({ waiting, errorAtMs, error }: WebhookInfo): ConnectionState | null {
    const now = options.nowMs();
    const before = waitedBefore;
    waitedBefore = waiting;
    if (waiting === 0) {
      waitingSinceMs = null;
      return null;
    }
    const failing = errorAtMs !== null && now - errorAtMs < RECENT_ERROR_MS;
    waitingSinceMs ??= failing ? Math.min(now, errorAtMs) : now;
    const behindMs = Math.max(0, now - waitingSinceMs);
    const wait = `${waiting} ${waiting === 1 ? 'update waits' : 'updates wait'} at Telegram`;
    if (failing) {
      return {
        state: 'lagging',
        code: 'webhook_failing',
        message: `${wait}, which cannot deliver them: ${error ?? 'no reason given'}`,
        mend: 'Check http.publicUrl, the reverse proxy and its certificate, and parley doctor for the store.',
        behindMs,
        waiting,
      };
    }
    if (waiting < MANY_WAIT || before < MANY_WAIT) return null;
    return {
      state: 'lagging',
      code: 'behind',
      message: `${wait}: they come faster than they are taken`,
      mend: 'It catches up by itself. If it does not, look at the load of the store, or start more processes with the role ingress.',
      behindMs,
      waiting,
    };
  }

  return {
    async look(url, signal) {
      const info = await infoOf(signal);
      const moved = url === null ? info.url === '' : info.url !== url;
      // With another secret than ours every delivery is refused with 401, by ourselves.
      const strange = !moved && info.waiting > 0 && /\b401\b/u.test(info.error ?? '');
      if (url !== null && options.mayRegister && (moved || strange)) {
        onState(takenAway(info.url, strange));
        await registerWebhook({ ...options, url }, signal);
        return;
      }
      onState(moved ? notSet(info.url, url) : (lagOf(info) ?? { state: 'connected' }));
    },
  };
}

function takenAway(current: string, strange: boolean): ConnectionState {
  const what = strange
    ? 'Telegram delivers with a secret that is not ours'
    : current === ''
      ? 'Somebody removed the webhook at Telegram'
      : 'Somebody set the webhook at Telegram to another address';
  return {
    state: 'retrying',
    code: 'webhook_off',
    message: `${what}; it is registered anew`,
    mend: 'If this comes again, another program uses this token: stop it, or revoke the token with @BotFather.',
    trouble: 'webhook_off',
  };
}
