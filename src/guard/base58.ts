import { hash } from 'node:crypto';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGITS = new Int8Array(128).fill(-1);
for (let digit = 0; digit < ALPHABET.length; digit += 1) DIGITS[ALPHABET.charCodeAt(digit)] = digit;

/** Reads base58 as Bitcoin and Solana write it; null where a character does not belong to it. */
export function decodeBase58(text: string): Buffer | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    let carry = DIGITS[text.charCodeAt(at)] ?? -1;
    if (carry < 0) return null;
    for (let index = 0; index < bytes.length; index += 1) {
      carry += (bytes[index] ?? 0) * 58;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    while (carry > 0) {
      bytes.push(carry & 0xff);
      carry >>= 8;
    }
  }
  for (let at = 0; at < text.length && text[at] === '1'; at += 1) bytes.push(0);
  return Buffer.from(bytes.reverse());
}

/** Writes bytes as base58. */
export function encodeBase58(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let index = 0; index < digits.length; index += 1) {
      carry += (digits[index] ?? 0) << 8;
      digits[index] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    while (carry > 0) {
      digits.push(carry % 58);
      carry = Math.floor(carry / 58);
    }
  }
  let text = '';
  for (const byte of bytes) {
    if (byte !== 0) break;
    text += '1';
  }
  for (const digit of digits.reverse()) text += ALPHABET[digit];
  return text;
}

function checksum(payload: Uint8Array): Buffer {
  return hash('sha256', hash('sha256', payload, 'buffer'), 'buffer').subarray(0, 4);
}

/** The payload of a base58check text (Bitcoin: four bytes of double SHA-256 at the end), or null. */
export function decodeBase58Check(text: string): Buffer | null {
  const bytes = decodeBase58(text);
  if (bytes === null || bytes.length < 5) return null;
  const payload = bytes.subarray(0, -4);
  return checksum(payload).equals(bytes.subarray(-4)) ? payload : null;
}

/** Writes a payload as base58check. */
export function encodeBase58Check(payload: Uint8Array): string {
  return encodeBase58(Buffer.concat([payload, checksum(payload)]));
}
