import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { type CallFailure, describe, isTokenRefused } from '../errors.ts';

/** What a failed receiving call says about the connection, and how long to leave it alone. */
export interface Trouble {
  state: ConnectionState;
  /** Time until the next try as the platform asks for it; absent: the caller's backoff decides. */
  waitMs?: number;
}

/** A refused token comes back only when somebody changes it at Telegram; asking seldom is enough. */
export const SLOW_PROBE_MS = 60_000;

/** Reads a failed getMe, getUpdates or setWebhook. @param removesWebhook whether a webhook that stands in the way is taken away */
export function troubleOf(failure: CallFailure, removesWebhook = false): Trouble {
  if (failure.stage !== 'answered')
    return { state: retrying('network', `Telegram cannot be reached: ${describe(failure)}`) };
  const { code } = failure;
  if (isTokenRefused(failure)) {
    const state: ConnectionState = {
      state: 'stopped',
      code: 'bad_token',
      message: `Telegram refuses the token (${describe(failure)})`,
      mend: 'Get the current token from @BotFather, put it into the account and restart. Check apiRoot too.',
      trouble: 'needs_login',
    };
    return { state, waitMs: SLOW_PROBE_MS };
  }
  if (code === 409) return { state: conflict(failure.description, removesWebhook) };
  if (code === 429) {
    const state = retrying('rate_limited', `Telegram asks us to wait: ${describe(failure)}`);
    return failure.retryAfterMs === undefined ? { state } : { state, waitMs: failure.retryAfterMs };
  }
  if (code >= 500) return { state: retrying('platform_error', `Telegram has trouble: ${describe(failure)}`) };
  return { state: retrying('refused', `Telegram refuses the call: ${describe(failure)}`) };
}

function conflict(description: string, removesWebhook: boolean): ConnectionState {
  return /webhook/iu.test(description)
    ? {
        ...(removesWebhook
          ? retrying('webhook_set', 'Somebody set a webhook for this bot; it is being removed')
          : retrying('webhook_set', 'A webhook is set for this bot, so it cannot be polled (registerWebhook is off)')),
        mend: removesWebhook
          ? 'If it comes back, stop the program that sets it, or revoke the token with @BotFather.'
          : 'Set registerWebhook: true to have it removed, or mode: webhook to use it.',
        trouble: 'webhook_set',
      }
    : {
        ...retrying('second_poller', 'Somebody else polls with this token, so each gets some of the messages'),
        mend: 'Stop the other program, or revoke the token with @BotFather if you know of none.',
        trouble: 'second_poller',
      };
}

function retrying(code: string, message: string): Extract<ConnectionState, { state: 'retrying' }> {
  return { state: 'retrying', code, message };
}

/** Passes states on, each only once in a row; but how far behind it is, always. */
export function onChange(report: (state: ConnectionState) => void): (state: ConnectionState) => void {
  let last = '';
  return (state) => {
    const seen = 'code' in state ? `${state.state}:${state.code}` : state.state;
    if (seen === last && state.state !== 'lagging') return;
    last = seen;
    report(state);
  };
}
