import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { DiscordCallError } from './ports.ts';

/** What stands in an account's way, and whether the session is lost with it. */
export interface Trouble {
  state: Extract<ConnectionState, { state: 'retrying' | 'stopped' }>;
  /** Nothing will change soon: ask seldom. */
  slow: boolean;
  /** Wait the platform asks for, ms. */
  waitMs?: number;
}

const PORTAL = 'https://discord.com/developers/applications';

const BAD_TOKEN: Trouble = {
  slow: true,
  state: {
    state: 'stopped',
    code: 'bad_token',
    message: 'Discord refuses the token',
    mend: `Make a new token at ${PORTAL} (Bot, Reset Token), put it into the account and restart. Check apiRoot too.`,
    trouble: 'needs_login',
  },
};
const MISSING_INTENT: Trouble = {
  slow: true,
  state: {
    state: 'stopped',
    code: 'missing_intent',
    message: 'The application may not read messages: the privileged Message Content intent is off (close code 4014)',
    mend: `Switch on Message Content Intent at ${PORTAL} (Bot, Privileged Gateway Intents). It is tried again by itself.`,
  },
};

function retrying(code: string, message: string, mend?: string): Trouble {
  return { slow: false, state: { state: 'retrying', code, message, ...(mend === undefined ? {} : { mend }) } };
}

function stopped(code: string, message: string, mend: string): Trouble {
  return { slow: true, state: { state: 'stopped', code, message, mend } };
}

/** Reads a close code of the gateway (docs, "Gateway Close Event Codes"). */
export function troubleOfClose(code: number): Trouble {
  switch (code) {
    case 4004:
      return BAD_TOKEN;
    case 4014:
      return MISSING_INTENT;
    case 4013:
      return stopped(
        'bad_intents',
        'The server does not know the intents asked for (close code 4013)',
        'Update this program, or check apiRoot: it must be a server of API v10.',
      );
    case 4012:
      return stopped(
        'api_version',
        'The gateway no longer speaks version 10 (close code 4012)',
        'Update this program, or check apiRoot.',
      );
    case 4010:
    case 4011:
      return retrying('sharding', `The bot is in more servers than one connection may serve (close code ${code})`);
    default:
      return retrying('connection_lost', `Discord closed the connection (close code ${code})`);
  }
}

/** Close codes that end a session: what comes next is a new one, and reading of what was missed. */
export function endsSession(code: number): boolean {
  return [4003, 4004, 4005, 4007, 4009, 4010, 4011, 4012, 4013, 4014].includes(code);
}

/** A connection that could not be made or went silent. */
export function lostConnection(reason: string): Trouble {
  return retrying('network', `Discord's gateway cannot be reached: ${reason}`);
}

/** Sessions of a day are nearly used up. */
export function budgetUsed(waitMs: number): Trouble {
  return {
    ...retrying(
      'identify_budget',
      'Too many new sessions were begun; more would make Discord reset the token',
      'Look for what ends the sessions: another program with this token, or a network that cuts connections.',
    ),
    waitMs,
  };
}

/** Reads a failed GET /gateway/bot. */
export function troubleOfCall(error: unknown): Trouble {
  if (!(error instanceof DiscordCallError)) return lostConnection(error instanceof Error ? error.name : typeof error);
  if (error.status === 401) return BAD_TOKEN;
  if (error.status === 429) {
    return {
      ...retrying('rate_limited', 'Discord asks us to wait'),
      ...(error.retryAfterMs === null ? {} : { waitMs: error.retryAfterMs }),
    };
  }
  if (error.status === 403) {
    return stopped(
      'blocked',
      'Discord refuses this address or application (403)',
      'Too many refused calls block an address for a while: wait, and look for a program with an old token.',
    );
  }
  return retrying('network', `Discord cannot be reached: ${error.message}`);
}
