/** Networks of IPv4 that are nobody's on the open internet, as [network, prefix length] (RFC 6890 and its registry). */
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // What a cloud tells its own machines, at an address that looks public.
  ['168.63.129.16', 32],
];

/** Networks of IPv6 within the public range (2000::/3) that are not public: protocols' own, documentation, 6to4. */
const CLOSED_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Networks of IPv6 whose last 32 bits are an address of IPv4: mapped (RFC 4291), translated (RFC 2765, RFC 6052). */
const HOLDS_V4: readonly (readonly [string, number])[] = [
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
];

function bytesOfV4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return null;
  return parts.map(Number);
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const last = index === groups.length - 1;
    const v4 = last && group.includes('.') ? bytesOfV4(group) : null;
    if (v4 !== null) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return null;
  }
  return bytes;
}

function bytesOfV6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? null : [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** The bytes of an address, 4 or 16; null for what is none, an address with a zone included. */
export function addressBytes(text: string): number[] | null {
  return text.includes(':') ? bytesOfV6(text) : bytesOfV4(text);
}

function lies(bytes: readonly number[], [network, length]: readonly [string, number]): boolean {
  const other = addressBytes(network) ?? [];
  if (other.length !== bytes.length) return false;
  for (let bit = 0; bit < length; bit += 8) {
    const mask = length - bit >= 8 ? 0xff : (0xff << (8 - (length - bit))) & 0xff;
    const at = bit / 8;
    if (((bytes[at] ?? 0) & mask) !== ((other[at] ?? 0) & mask)) return false;
  }
  return true;
}

/**
 * Whether an address is one of the open internet: not this machine, a private or shared network, a multicast group, a cloud's own
 * service, or such an address in the clothes of another family. What is no address is not.
 */
export function isPublicAddress(text: string): boolean {
  const bytes = addressBytes(text);
  if (bytes === null) return false;
  if (bytes.length === 4) return !CLOSED_V4.some((network) => lies(bytes, network));
  if (HOLDS_V4.some((network) => lies(bytes, network))) return isPublicAddress(bytes.slice(12).join('.'));
  return lies(bytes, ['2000::', 3]) && !CLOSED_V6.some((network) => lies(bytes, network));
}
