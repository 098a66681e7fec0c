import { createHash, timingSafeEqual } from 'node:crypto';
import type { ConnectionState, WebhookRequest, WebhookVerdict } from '../../../src/core/ports/channel.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { TelegramCallError } from '../errors.ts';
import { ALLOWED_UPDATES } from '../normalise.ts';
import type { TelegramApi } from './api.ts';
import { troubleOf } from './connection-state.ts';

/** Deliveries Telegram may have in flight at once; 100 is its most. Each waits for one group commit. */
export const MAX_CONNECTIONS = 100;
const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
const REFUSED: WebhookVerdict = { verdict: 'refuse', status: 401, message: 'missing or wrong secret token' };

/** Makes the judge of webhook requests. The secret is a password, compared in constant time. */
export function createWebhookCheck(secret: string): (request: WebhookRequest) => WebhookVerdict {
  const expected = digest(secret);
  return ({ headers }) => {
    const given = headers[SECRET_HEADER];
    if (typeof given !== 'string') return REFUSED;
    return timingSafeEqual(digest(given), expected) ? { verdict: 'accept' } : REFUSED;
  };
}

/** Equal lengths whatever was sent, so that the comparison tells nothing of the secret's length either. */
function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** How the webhook of one account is kept. */
export interface WebhookSettings {
  api: TelegramApi;
  secret: string;
  /** Whether we may change what is set at Telegram; else it is only looked at. */
  mayRegister: boolean;
  onState: (state: ConnectionState) => void;
}

export interface WebhookRegistration extends WebhookSettings {
  url: string;
}

/**
 * Registers the webhook, or checks that it is registered, and reports the state.
 * @throws {TelegramCallError} when Telegram could not be asked; the caller tries again.
 */
export async function registerWebhook(registration: WebhookRegistration, signal: AbortSignal): Promise<void> {
  const { api, url, onState } = registration;
  onState({ state: 'connecting' });
  try {
    if (registration.mayRegister) {
      const payload = {
        url,
        secret_token: registration.secret,
        max_connections: MAX_CONNECTIONS,
        allowed_updates: ALLOWED_UPDATES,
        drop_pending_updates: false,
      };
      await api.call('setWebhook', payload, signal);
      onState({ state: 'connected' });
      return;
    }
    const current = stringOf(recordOf(await api.call('getWebhookInfo', {}, signal))?.['url']) ?? '';
    onState(current === url ? { state: 'connected' } : notSet(current, url));
  } catch (error) {
    if (error instanceof TelegramCallError && !signal.aborted) onState(troubleOf(error.failure).state);
    throw error;
  }
}

/** Removes the webhook so that the bot can be polled; what waits at Telegram stays there. */
export async function removeWebhook(api: TelegramApi, signal: AbortSignal): Promise<void> {
  await api.call('deleteWebhook', { drop_pending_updates: false }, signal);
}

/** @param wanted where the webhook belongs; null when no public address is configured */
export function notSet(current: string, wanted: string | null): ConnectionState {
  return {
    state: 'stopped',
    code: 'webhook_not_set',
    message: current === '' ? 'No webhook is set at Telegram' : 'Telegram delivers to another address',
    mend:
      wanted === null
        ? 'Set http.publicUrl and registerWebhook: true, or register the address yourself.'
        : `Set registerWebhook: true, or register ${wanted} with this account's webhookSecret yourself.`,
    trouble: 'webhook_off',
  };
}
