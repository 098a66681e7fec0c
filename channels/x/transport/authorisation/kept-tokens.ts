import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { XConfig } from '../../config.ts';
import type { Granted } from './token-endpoint.ts';

/**
 * The tokens of an account's consent as they are kept, and what is to be done with them; pure. A refresh token is good for one use, and
 * its answer holds the next: what is kept says which one is being used, so that a crash in between is known for what it is.
 */

/** A token is renewed this long before it ends: late, and not on its way to X. */
const RENEW_BEFORE_MS = 120_000;
/** Where a renewal may already have used the refresh token up, the access token is used for as long as it lasts. */
const LAST_MOMENT_MS = 5_000;
/** A renewal whose process has lost its lock may still be under way for so long: longer than its request takes. */
const STILL_UNDER_WAY_MS = 10_000;

const kept = z.object({
  v: z.literal(1),
  /** Of which consent in the configuration it comes; a new one there begins anew. */
  seed: z.string(),
  /** Which login it comes of, new with each; empty: of the refresh token in the configuration. */
  login: z.string().default(''),
  /** Counts the renewals. */
  generation: z.int().nonnegative(),
  refreshToken: z.string().nullable(),
  accessToken: z.string().nullable(),
  endsAtMs: z.number(),
  scopes: z.array(z.string()).nullable(),
  /** When a renewal with this refresh token began of which no answer was kept; null: none did. */
  renewingSinceMs: z.number().nullable(),
  /** X said that the refresh token is worth nothing. */
  refused: z.string().nullable(),
});

/** See the fields of the schema. */
export type KeptTokens = Readonly<z.infer<typeof kept>>;

type Consent = Pick<XConfig, 'clientId' | 'refreshToken'>;

/** Names a consent of the configuration, without saying anything of it. */
function seedOf({ clientId, refreshToken }: Consent): string {
  return createHash('sha256')
    .update(`${clientId ?? ''}\n${refreshToken ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** Names whose consent it is, without saying anything of it: another one is another user perhaps. */
export function consentOf({ seed, login }: KeptTokens): string {
  return `${seed} ${login}`;
}

/** What is kept of this consent; where there is nothing, or it is of another, what the configuration begins with. */
export function keptTokens(text: string | null, config: Consent): KeptTokens {
  const seed = seedOf(config);
  const found = text === null ? null : parse(text);
  if (found !== null && found.seed === seed) return found;
  return {
    v: 1,
    seed,
    login: '',
    generation: 0,
    refreshToken: config.refreshToken ?? null,
    accessToken: null,
    endsAtMs: 0,
    scopes: null,
    renewingSinceMs: null,
    refused: null,
  };
}

function parse(text: string): KeptTokens | null {
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    // Begin again from the configuration.
    return null;
  }
}

/** The next of the line. */
export function nextTokens(before: KeptTokens, granted: Granted): KeptTokens {
  return {
    ...before,
    generation: before.generation + 1,
    accessToken: granted.accessToken,
    refreshToken: granted.refreshToken ?? before.refreshToken,
    endsAtMs: granted.endsAtMs,
    scopes: granted.scopes === null ? before.scopes : [...granted.scopes],
    renewingSinceMs: null,
    refused: null,
  };
}

/**
 * What to do now: use the access token, renew it, wait for a renewal that may be under way elsewhere, or ask a person.
 * @param options `nowMs`: since the epoch. `refused`: the access token that X just refused though its time was not up. `hold`: a renewal
 * just failed, so the token is used to its end before the next try
 */
export function whatToDo(
  tokens: KeptTokens,
  { nowMs, refused, hold = false }: { nowMs: number; refused?: string | undefined; hold?: boolean },
): 'use' | 'renew' | 'wait' | 'login' {
  const lateIsRisky =
    hold || tokens.renewingSinceMs !== null || tokens.refused !== null || tokens.refreshToken === null;
  const margin = lateIsRisky ? LAST_MOMENT_MS : RENEW_BEFORE_MS;
  if (tokens.accessToken !== null && tokens.accessToken !== refused && tokens.endsAtMs - margin > nowMs) return 'use';
  if (tokens.refused !== null || tokens.refreshToken === null) return 'login';
  const { renewingSinceMs } = tokens;
  // Offering a refresh token a second time while its first use is under way would end the consent for both.
  const isUnderWay = renewingSinceMs !== null && Math.abs(nowMs - renewingSinceMs) < STILL_UNDER_WAY_MS;
  return isUnderWay ? 'wait' : 'renew';
}
