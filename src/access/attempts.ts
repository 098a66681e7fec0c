import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { AttemptCounter } from '../core/ports/access-store.ts';

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account from one network: whoever guesses there locks themselves out, and nobody elsewhere. */
export const PAIR_ATTEMPTS = 5;
/** Wrong passwords from one network: an office behind one address is many people. */
export const NETWORK_ATTEMPTS = 30;
/** Wrong passwords for one account from all networks together: many who guess slowly are stopped all the same. */
export const ACCOUNT_ATTEMPTS = 50;

/** The network an address stands for: an IPv6 customer has a whole /64, so one address of it means nothing. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/**
 * What an attempt counts towards, the narrowest first: what one refuses counts towards none after it, so that a single network
 * cannot fill an account's own counter. Accounts that do not exist are counted like those that do, so a limit tells nothing. What
 * was typed as an account may be a password in the wrong field: only its digest is kept.
 *
 * A success clears what was counted for its account in its network. Of the others it takes only itself back: else somebody with
 * one valid account could guess at all others for ever.
 */
export function countersOf(account: string, address: string): AttemptCounter[] {
  const digest = createHash('sha256').update(account).digest('base64url');
  const network = networkOf(address);
  const counter = (key: string, limit: number, onSuccess: AttemptCounter['onSuccess']): AttemptCounter => ({
    key,
    limit,
    windowMs: WINDOW_MS,
    onSuccess,
  });
  return [
    counter(`pair:${digest}:${network}`, PAIR_ATTEMPTS, 'clear'),
    counter(`network:${network}`, NETWORK_ATTEMPTS, 'take-back'),
    counter(`account:${digest}`, ACCOUNT_ATTEMPTS, 'take-back'),
  ];
}
