import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { PLATFORM_API_ROOT } from '../config.ts';
import { describe, XCallError } from '../errors.ts';
import { snowflakeOf } from '../ids.ts';
import type { XRest } from './ports.ts';

/** A webhook of the app as X tells it. */
interface Webhook {
  id: string;
  url: string;
  valid: boolean;
}

/** What was found and done. */
export type Registered =
  /** `was`: how it stood before. */
  | { kind: 'on'; id: string; was: 'on' | 'off' | 'missing' }
  /** X does not deliver to us; `state` says why. */
  | { kind: 'off'; state: ConnectionState };

/** X replays at most a day. */
const MOST_REPLAYED_MS = 24 * 3_600_000;

/**
 * Sees to it that X delivers to `url`: what is there stays, what X holds for broken is checked anew, what is missing is made. X checks at
 * once, while this waits.
 * @throws {XCallError | BudgetUsedUp} where X could not be asked
 */
export async function registerAt(
  rest: XRest,
  { url, apiRoot }: { url: string; apiRoot: string },
  signal: AbortSignal,
): Promise<Registered> {
  const wrong = wrongAddress(url, apiRoot);
  if (wrong !== null)
    return off(wrong, 'Set http.publicUrl to an https address without a port, behind a reverse proxy.');
  const { body } = await rest.call({ endpoint: 'webhooks', purpose: 'read' }, signal);
  const ours = webhooksIn(body).find((one) => one.url === url);
  if (ours?.valid === true) return { kind: 'on', id: ours.id, was: 'on' };
  try {
    if (ours !== undefined) {
      const checked = await rest.call({ endpoint: 'checkWebhook', path: { id: ours.id }, purpose: 'read' }, signal);
      const isValid = recordOf(recordOf(checked.body)?.['data'])?.['valid'];
      return isValid === false ? off('X cannot reach the webhook') : { kind: 'on', id: ours.id, was: 'off' };
    }
    const made = await rest.call({ endpoint: 'createWebhook', json: { url }, purpose: 'read' }, signal);
    const [webhook] = webhooksIn({ data: [recordOf(made.body)?.['data'] ?? made.body] });
    return webhook === undefined ? off('X gave no id for the webhook') : { kind: 'on', id: webhook.id, was: 'missing' };
  } catch (error) {
    // X looked and was not content.
    if (error instanceof XCallError && error.failure.status === 400) return off(`X: ${describe(error.failure)}`);
    throw error;
  }
}

/** Has X deliver again what it could not. Best effort: what is asked for by polling comes anyway. Times are ms since the epoch. */
export async function replay(
  rest: XRest,
  { webhookId, fromMs, toMs, log }: { webhookId: string; fromMs: number; toMs: number; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const json = {
    webhook_id: webhookId,
    from_date: minuteOf(Math.max(fromMs, toMs - MOST_REPLAYED_MS)),
    to_date: minuteOf(toMs),
  };
  try {
    await rest.call({ endpoint: 'replayWebhook', json, purpose: 'read' }, signal);
  } catch (error) {
    log.debug({ error: error instanceof Error ? error.message : typeof error }, 'X does not deliver again');
  }
}

/** `yyyymmddhhmm`, UTC. */
export function minuteOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replaceAll(/[-:T]/gu, '');
}

function off(
  why: string,
  mend = "Check http.publicUrl, the reverse proxy and its certificate, and the account's appSecret. Until then X is polled.",
): Registered {
  return {
    kind: 'off',
    state: {
      state: 'retrying',
      code: 'webhook_off',
      message: `X does not deliver: ${why}`,
      mend,
      trouble: 'webhook_off',
    },
  };
}

function wrongAddress(url: string, apiRoot: string): string | null {
  if (apiRoot !== PLATFORM_API_ROOT) return null;
  const { protocol, port } = new URL(url);
  return protocol === 'https:' && port === '' ? null : 'it takes webhooks at https addresses without a port alone';
}

function webhooksIn(body: unknown): Webhook[] {
  const data: unknown = recordOf(body)?.['data'];
  return (Array.isArray(data) ? data : []).flatMap((given: unknown): Webhook[] => {
    const one = recordOf(given);
    const id = snowflakeOf(one?.['id']);
    const url = stringOf(one?.['url']);
    return id === null || url === null ? [] : [{ id, url, valid: one?.['valid'] === true }];
  });
}
