import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeBase58, decodeBase58Check } from './base58.ts';
import { contextOf, insideLink } from './context.ts';
import { type Budget, type Span, spend } from './finding.ts';

/** An unbroken run of ASCII letters and digits. */
export interface Run {
  start: number;
  end: number;
}

const HEX = /^[0-9a-fA-F]+$/;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;

/** First bytes of private keys in wallet import format: Bitcoin, Litecoin, Dogecoin and Dash, testnets. */
const WIF_VERSIONS = new Set([0x80, 0xb0, 0x9e, 0xcc, 0xef, 0xf1]);

/** DER head of an Ed25519 private key (RFC 8410, 7). */
const ED25519_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Whether 64 bytes are an Ed25519 seed followed by its own public key, as Solana wallets export them. */
export function isEd25519Pair(bytes: Buffer): boolean {
  if (bytes.length !== 64) return false;
  const key = createPrivateKey({
    key: Buffer.concat([ED25519_PRIVATE, bytes.subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return spki.subarray(-32).equals(bytes.subarray(32));
}

/** 64 hexadecimal digits: a private key or a transaction hash; the words around them decide. */
function hexKey(text: string, run: Run, budget: Budget): Span | null {
  const start = text.startsWith('0x', run.start) || text.startsWith('0X', run.start) ? run.start + 2 : run.start;
  if (run.end - start !== 64 || !HEX.test(text.slice(start, run.end))) return null;
  if (insideLink(text, run.start)) return null;
  const context = contextOf(text, run.start, run.end, budget);
  if (context === 'record') return null;
  return { rule: 'private-key', certain: context === 'key', start: run.start, end: run.end };
}

/** Wallet import format: base58check over a version, 32 bytes and maybe a 1. */
function wifKey(text: string, run: Run, budget: Budget): Span | null {
  const span = { rule: 'private-key', start: run.start, end: run.end } as const;
  const written = text.slice(run.start, run.end);
  if (!/^[5KL9cQT67]/.test(written) || !BASE58.test(written)) return null;
  if (!spend(budget, 'decodes')) return { ...span, certain: true };
  const payload = decodeBase58Check(written);
  if (payload !== null) {
    const known =
      WIF_VERSIONS.has(payload[0] ?? 0) && (payload.length === 33 || (payload.length === 34 && payload[33] === 1));
    return known ? { ...span, certain: true } : null;
  }
  // A digit misread or mistyped breaks the checksum, and the rest of the key is still worth stealing.
  return contextOf(text, run.start, run.end, budget) === 'key' ? { ...span, certain: false } : null;
}

/** Extended private keys of BIP-32 and its SLIP-132 variants. */
function extendedKey(text: string, run: Run, budget: Budget): Span | null {
  if (!/^[xyztuvYZUV]prv/.test(text.slice(run.start, run.start + 4))) return null;
  const span = { rule: 'extended-key', start: run.start, end: run.end } as const;
  if (!spend(budget, 'decodes')) return { ...span, certain: true };
  return { ...span, certain: decodeBase58Check(text.slice(run.start, run.end)) !== null };
}

/** 64 bytes in base58: a Solana key pair, which proves itself, or a transaction signature. */
function solanaKey(text: string, run: Run, budget: Budget): Span | null {
  const written = text.slice(run.start, run.end);
  if (!BASE58.test(written)) return null;
  const span = { rule: 'private-key', start: run.start, end: run.end } as const;
  if (!spend(budget, 'curves')) return { ...span, certain: false };
  const bytes = decodeBase58(written);
  if (bytes === null || bytes.length !== 64) return null;
  if (isEd25519Pair(bytes)) return { ...span, certain: true };
  return contextOf(text, run.start, run.end, budget) === 'key' ? { ...span, certain: false } : null;
}

/** Private keys among the long runs of letters and digits of a text. */
export function findPrivateKeys(text: string, runs: readonly Run[], budget: Budget): Span[] {
  const spans: Span[] = [];
  for (const run of runs) {
    const length = run.end - run.start;
    let span: Span | null = null;
    if (length === 51 || length === 52) span = wifKey(text, run, budget);
    else if (length === 64 || length === 66) span = hexKey(text, run, budget);
    else if (length >= 85 && length <= 88) span = solanaKey(text, run, budget);
    else if (length >= 105 && length <= 115) span = extendedKey(text, run, budget);
    if (span !== null) spans.push(span);
  }
  return spans;
}

const BYTE_LIST = /\[\s{0,4}(?:\d{1,3}\s{0,4},\s{0,4}){63}\d{1,3}\s{0,4}\]/g;
const PEM = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY-----/g;

/** Keys written as lists of 64 bytes (Solana's key file) or in PEM. Only for texts that hold a bracket or dashes. */
export function findKeyBlocks(text: string, budget: Budget): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(BYTE_LIST)) {
    const numbers = (match[0].match(/\d+/g) ?? []).map(Number);
    if (numbers.some((number) => number > 255)) continue;
    const proven = !spend(budget, 'curves') || isEd25519Pair(Buffer.from(numbers));
    spans.push({ rule: 'private-key', certain: proven, start: match.index, end: match.index + match[0].length });
  }
  for (const match of text.matchAll(PEM)) {
    const last = spans.at(-1);
    if (last !== undefined && match.index < last.end) continue;
    const tail = text.indexOf('-----END', match.index + match[0].length);
    const close = tail < 0 ? -1 : text.indexOf('-----', tail + 8);
    spans.push({ rule: 'private-key', certain: true, start: match.index, end: close < 0 ? text.length : close + 5 });
  }
  return spans;
}
