import { isIP } from 'node:net';

/** A request's own words about where it comes from and whom it asks. */
export interface AskedFrom {
  origin: string | undefined;
  /** Host and port it asks for. */
  host: string;
}

function hostOf(url: string): string | null {
  try {
    return new URL(url).host;
  } catch {
    return null;
  }
}

function nameOf(host: string): string | null {
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return null;
  }
}

/**
 * Whether a browser's page on this Origin is ours: the public address, or the very host that was asked. A request without
 * Origin comes from no page of a browser that could be misused.
 */
export function isOwnOrigin({ origin, host }: AskedFrom, publicUrl: string | null): boolean {
  if (origin === undefined) return true;
  const from = hostOf(origin);
  if (from === null) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
  return from === host;
}

/**
 * Whether the host asked for cannot be a stranger's name that was made to point here (DNS rebinding): an address, localhost, or
 * the public name.
 */
export function isNamedAsOurs(host: string, publicUrl: string | null): boolean {
  const name = nameOf(host);
  if (name === null) return false;
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
  return publicUrl !== null && new URL(publicUrl).hostname === name;
}

/** Whether the other end of a connection is this machine. A proxy on it speaks for others, which the sandbox does not expect. */
export function isThisMachine(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
