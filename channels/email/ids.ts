import { createHash } from 'node:crypto';

/** Makes what nobody else can make; hex. */
export type Sign = (value: string) => string;

/** Hex digits of a signature in an id: 64 bits, guessed by nobody who has to send a mail for every try. */
const SIGNATURE = 16;
/** Of the one in an address, where room is short. */
const SHORT_SIGNATURE = 12;
/** Longest Message-ID that is kept as it is, UTF-16 units; others by their digest. */
const MAX_ID = 300;

const OWN_ID = /^p\.([0-9a-f]{32})\.([0-9a-f]{16})@/i;
const TAG = /\+([0-9a-f]{32})([0-9a-f]{12})@/i;

function uuidOf(hex: string): string {
  const digits = hex.toLowerCase();
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => digits.slice(from, to))
    .join('-');
}

/** The part a send is for: 16 bytes in base64url, as the outbox names it. @throws {TypeError} for anything else */
export function deliveryIdOf(idempotencyKey: string): string {
  const bytes = Buffer.from(idempotencyKey, 'base64url');
  if (bytes.length !== 16) throw new TypeError('the key of a send is not 16 bytes');
  return uuidOf(bytes.toString('hex'));
}

/**
 * The Message-ID of a part of ours, without brackets: the same on every attempt, and traced back without any state (RFC 5322, 3.6.4).
 */
export function messageIdFor(deliveryId: string, domain: string, sign: Sign): string {
  const hex = deliveryId.replaceAll('-', '').toLowerCase();
  return `p.${hex}.${sign(`mid:${hex}`).slice(0, SIGNATURE)}@${domain}`;
}

/** The part whose Message-ID this is; null: it is not ours, or somebody made it up. */
export function deliveryOf(messageId: string, sign: Sign): string | null {
  const [, hex = '', signature = ''] = OWN_ID.exec(messageId) ?? [];
  if (hex === '' || sign(`mid:${hex.toLowerCase()}`).slice(0, SIGNATURE) !== signature.toLowerCase()) return null;
  return uuidOf(hex);
}

/** Where answers in a thread are to go: our address with a signed tag (RFC 5233), lower case, at most 64 octets before the @. */
export function replyAddressFor(address: string, threadId: string, sign: Sign): string | null {
  const at = address.lastIndexOf('@');
  const hex = threadId.replaceAll('-', '').toLowerCase();
  const local = `${address.slice(0, at)}+${hex}${sign(`tag:${hex}`).slice(0, SHORT_SIGNATURE)}`;
  return Buffer.byteLength(local) > 64 ? null : local + address.slice(at);
}

/** The thread an address of ours is tagged with; null: none, or somebody made it up. */
export function threadOf(address: string, sign: Sign): string | null {
  const [, hex = '', signature = ''] = TAG.exec(address) ?? [];
  if (hex === '' || sign(`tag:${hex.toLowerCase()}`).slice(0, SHORT_SIGNATURE) !== signature.toLowerCase()) return null;
  return uuidOf(hex);
}

/** An address without a tag, in lower case: what two spellings of one mailbox have in common. */
export function mailboxOf(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*@/, '@');
}

/** What all messages with this Message-ID begin with in the store; `#` ends it. */
export function referenceKey(messageId: string): string {
  const id = messageId.length <= MAX_ID ? messageId : `sha256-${createHash('sha256').update(messageId).digest('hex')}`;
  return `mid:${id.replaceAll('#', '%23')}#`;
}

/**
 * A mail's id in the store. The sender chooses the Message-ID, so it alone would let a stranger suppress mail: what it says is
 * part of it.
 */
export function externalIdFor(messageId: string | null, digest: string): string {
  return messageId === null ? `digest:${digest}` : referenceKey(messageId) + digest;
}

/** Ours in the store. */
export function ownExternalId(messageId: string): string {
  return `${referenceKey(messageId)}out`;
}
