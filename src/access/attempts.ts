import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { AttemptCounter } from '../core/ports/access-store.ts';

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account, from wherever. */
export const ACCOUNT_ATTEMPTS = 5;
/** Wrong passwords from one place: an office behind one address is many people. */
export const ADDRESS_ATTEMPTS = 30;

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
 * What an attempt counts towards. Accounts that do not exist are counted like those that do, so a limit tells nothing. What was
 * typed as an account may be a password in the wrong field: only its digest is kept.
 */
export function countersOf(account: string, address: string): AttemptCounter[] {
  const digest = createHash('sha256').update(account).digest('base64url');
  return [
    { key: `account:${digest}`, limit: ACCOUNT_ATTEMPTS, windowMs: WINDOW_MS },
    { key: `address:${networkOf(address)}`, limit: ADDRESS_ATTEMPTS, windowMs: WINDOW_MS },
  ];
}
