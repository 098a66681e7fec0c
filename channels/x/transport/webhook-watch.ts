import type { Log } from '../../../src/core/ports/log.ts';
import type { StateBoard } from '../../shared/state-board.ts';
import { retrying, troubleOf } from './connection-state.ts';
import type { Heard } from './heard.ts';
import type { Polling } from './polling/poll.ts';
import type { XRest } from './ports.ts';
import type { SelfSource } from './self.ts';
import { subscribe } from './subscriptions.ts';
import { registerAt, replay } from './webhook-registration.ts';

export interface WebhookWatchParts {
  rest: XRest;
  self: SelfSource;
  polling: Pick<Polling, 'lookSoon' | 'setPushed'>;
  board: StateBoard;
  log: Log;
  apiRoot: string;
  nowMs: () => number;
  onLacks: (lacks: readonly string[]) => void;
  /** Our own user took back the access. */
  onRevoked: () => void;
  /** What was delivered, to whichever process. */
  heard: Pick<Heard, 'read'>;
  times?: Partial<WebhookTimes>;
}

/** All in ms. */
export interface WebhookTimes {
  /** How often X is asked whether it still delivers. */
  lookEveryMs: number;
  /** How often the subscriptions are looked at. */
  subscriptionsEveryMs: number;
  /** After so long without a delivery there is a look of our own. */
  silenceMs: number;
}

const WEBHOOK_TIMES: WebhookTimes = {
  lookEveryMs: 5 * 60_000,
  subscriptionsEveryMs: 3_600_000,
  silenceMs: 3_600_000,
};

/** Keeps X delivering; while it does not, X is polled. */
export interface WebhookWatch {
  /** Never throws for trouble at X: {@link look} goes on trying, and polling brings what comes meanwhile. */
  register(url: string, signal: AbortSignal): Promise<void>;
  /** @param url where the webhook belongs; null: nobody configured a public address */
  look(url: string | null, signal: AbortSignal): Promise<void>;
}

export function createWebhookWatch(parts: WebhookWatchParts): WebhookWatch {
  const { rest, polling, board, nowMs, log } = parts;
  const times = { ...WEBHOOK_TIMES, ...parts.times };
  let nextLookMs = 0;
  let nextSubscriptionsMs = 0;
  let lastNewsMs = nowMs();
  let revokedAtMs: number | null = null;
  let lastGoodMs: number | null = null;
  let isOn = false;

  async function settle(url: string, signal: AbortSignal): Promise<void> {
    nextLookMs = nowMs() + times.lookEveryMs;
    const { id: selfId } = await parts.self.learn(signal);
    const found = await registerAt(rest, { url, apiRoot: parts.apiRoot }, signal);
    if (found.kind === 'off') {
      isOn = false;
      polling.setPushed([]);
      board.set('webhook', found.state);
      return;
    }
    if (!isOn || nowMs() >= nextSubscriptionsMs) {
      const { pushed, lacks } = await subscribe(rest, { selfId, webhookId: found.id }, signal);
      nextSubscriptionsMs = nowMs() + times.subscriptionsEveryMs;
      parts.onLacks(lacks);
      polling.setPushed(pushed);
    }
    if (found.was === 'off' && lastGoodMs !== null) {
      await replay(rest, { webhookId: found.id, fromMs: lastGoodMs, toMs: nowMs(), log }, signal);
    }
    if (found.was !== 'on' || !isOn) polling.lookSoon();
    isOn = true;
    lastGoodMs = nowMs();
    board.set('webhook', { state: 'connected' });
  }

  async function settleOrTell(url: string, signal: AbortSignal): Promise<void> {
    try {
      await settle(url, signal);
    } catch (error) {
      if (signal.aborted) return;
      const trouble = troubleOf(error, nowMs());
      log.warn({ code: trouble.state.code }, 'the webhook could not be looked at; X is polled');
      nextLookMs = nowMs() + Math.max(times.lookEveryMs, trouble.waitMs ?? 0);
      isOn = false;
      polling.setPushed([]);
      board.set('webhook', trouble.state);
    }
  }

  async function listen(): Promise<void> {
    try {
      const heard = await parts.heard.read();
      lastNewsMs = Math.max(lastNewsMs, heard.deliveredAtMs);
      if (revokedAtMs !== null && heard.revokedAtMs > revokedAtMs) parts.onRevoked();
      // What was there before us, asking finds by itself.
      revokedAtMs = heard.revokedAtMs;
    } catch {
      // The store is away, as others say; the next look listens again.
    }
  }

  return {
    register: settleOrTell,
    async look(url, signal) {
      if (url === null) {
        const mend = 'Set http.publicUrl, or mode: polling. Until then X is polled.';
        board.set('webhook', {
          ...retrying('webhook_not_set', 'X has nowhere to deliver to', mend),
          trouble: 'webhook_off',
        });
        return;
      }
      await listen();
      if (nowMs() >= nextLookMs) await settleOrTell(url, signal);
      if (isOn && nowMs() - lastNewsMs >= times.silenceMs) {
        lastNewsMs = nowMs();
        polling.lookSoon();
      }
    },
  };
}
