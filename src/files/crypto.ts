import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomFillSync } from 'node:crypto';
import { SealError } from './errors.ts';

/**
 * What a sealed value belongs to. It is authenticated with the value, so a ciphertext copied into another row or column
 * does not open there.
 */
export interface SealedPlace {
  table: string;
  column: string;
  row: string;
}

/**
 * The installation's keys, all derived from master keys (HKDF-SHA-256, RFC 5869). Values are sealed with AES-256-GCM
 * (NIST SP 800-38D) under the newest key and open under any; digests are HMAC-SHA-256 under the first.
 */
export interface KeyRing {
  /** Version under which new values are sealed. */
  readonly currentVersion: number;
  /** Encrypts and authenticates. Adds {@link SEAL_OVERHEAD} bytes. */
  seal(plain: Uint8Array, place: SealedPlace): Buffer;
  /** @throws {SealError} when the bytes were changed, moved, cut or sealed under a key that is not here. */
  open(sealed: Uint8Array, place: SealedPlace): Buffer;
  /** Version of the key a sealed value needs; for re-encryption after a rotation. @throws {SealError} if it is none. */
  versionOf(sealed: Uint8Array): number;
  /**
   * A key for one file alone, from the master key of a version. @throws {SealError} when that one is not configured
   * @param salt random, kept with the file
   */
  subkey(version: number, salt: Uint8Array, place: SealedPlace): Buffer;
  /** Like `digest`, for what comes in pieces. */
  digester(purpose: string): { update(value: Uint8Array): void; digest(): Buffer };
  /**
   * 32 bytes that name a value without giving it away; equal values have equal digests for one purpose. They are keys of
   * rows and files, so they do not change when a key is added.
   */
  digest(value: Uint8Array | string, purpose: string): Buffer;
}

/** One master key: 32 random bytes and the version it was put in service with, 1 to 255. */
export interface MasterKey {
  version: number;
  bytes: Uint8Array;
}

/** Form of the envelope: format, key version, 12 bytes nonce, 16 bytes tag, ciphertext. */
const FORMAT = 1;
/** First byte of what `sealed-stream.ts` writes. */
export const STREAM_FORMAT = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 2 + NONCE_BYTES + TAG_BYTES;

/** Bytes by which a sealed value is longer than the plain one. */
export const SEAL_OVERHEAD = HEAD_BYTES;

function derive(master: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `parley/${purpose}/v1`, 32));
}

function associatedData(version: number, place: SealedPlace): Buffer {
  // JSON keeps the three names apart whatever they hold.
  return Buffer.from(JSON.stringify([FORMAT, version, place.table, place.column, place.row]));
}

/** Random bytes fetched in advance: one system call for some three hundred nonces. */
function createNonces(): () => Buffer {
  const pool = Buffer.alloc(NONCE_BYTES * 340);
  let used = pool.length;
  return () => {
    if (used >= pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const nonce = Buffer.from(pool.subarray(used, used + NONCE_BYTES));
    used += NONCE_BYTES;
    return nonce;
  };
}

/**
 * Makes the key ring. The newest version seals; older ones only open. `digestVersion` is the key under which digests are
 * made: the lowest by default. While it stays the same, what is repeated is recognised; see docs/operations.md for what
 * changes when it goes.
 * @throws {SealError} for a key that is not 32 bytes, a version out of range or given twice, or no key at all.
 */
export function createKeyRing(masters: readonly MasterKey[], digestVersion?: number): KeyRing {
  const sealing = new Map<number, Buffer>();
  const digesting = new Map<number, Buffer>();
  for (const { version, bytes } of masters) {
    if (bytes.length !== 32) throw new SealError(`master key ${version} has ${bytes.length} bytes instead of 32`);
    if (!Number.isInteger(version) || version < 1 || version > 255) {
      throw new SealError(`master key version ${version} is not between 1 and 255`);
    }
    if (sealing.has(version)) throw new SealError(`master key version ${version} is given twice`);
    sealing.set(version, derive(bytes, 'seal'));
    digesting.set(version, derive(bytes, 'digest'));
  }
  const versions = [...sealing.keys()].sort((left, right) => left - right);
  const currentVersion = versions.at(-1);
  const current = currentVersion === undefined ? undefined : sealing.get(currentVersion);
  const digestKey = digesting.get(digestVersion ?? versions[0] ?? 0);
  if (currentVersion === undefined || current === undefined) throw new SealError('no master key is given');
  if (digestKey === undefined) throw new SealError(`the key for digests, version ${digestVersion}, is not given`);
  const nextNonce = createNonces();

  const versionOf = (sealed: Uint8Array): number => {
    const version = sealed[1];
    const known = sealed[0] === FORMAT || sealed[0] === STREAM_FORMAT;
    if (sealed.length < HEAD_BYTES || !known || version === undefined) {
      throw new SealError('this is not a sealed value: it is too short or of an unknown format');
    }
    return version;
  };

  return {
    currentVersion,
    versionOf,
    seal(plain, place) {
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', current, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(currentVersion, place));
      const body = cipher.update(plain);
      const rest = cipher.final();
      return Buffer.concat([Buffer.from([FORMAT, currentVersion]), nonce, cipher.getAuthTag(), body, rest]);
    },
    open(sealed, place) {
      const version = versionOf(sealed);
      const key = sealing.get(version);
      if (key === undefined) {
        throw new SealError(
          `the value of ${place.table}.${place.column} was sealed under master key ${version}, which is not configured`,
        );
      }
      const nonce = sealed.subarray(2, 2 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associatedData(version, place));
      decipher.setAuthTag(sealed.subarray(2 + NONCE_BYTES, HEAD_BYTES));
      try {
        const body = decipher.update(sealed.subarray(HEAD_BYTES));
        return Buffer.concat([body, decipher.final()]);
      } catch {
        throw new SealError(
          `the value of ${place.table}.${place.column} in row ${place.row} does not open: it was changed, moved from another row, or the master key is another one`,
        );
      }
    },
    subkey(version, salt, place) {
      const master = sealing.get(version);
      if (master === undefined) {
        throw new SealError(
          `a file of ${place.table}.${place.column} was sealed under master key ${version}, which is not configured`,
        );
      }
      return Buffer.from(hkdfSync('sha256', master, salt, associatedData(version, place), 32));
    },
    digester(purpose) {
      const hmac = createHmac('sha256', digestKey).update(`${purpose.length}:${purpose}:`);
      return { update: (value) => void hmac.update(value), digest: () => hmac.digest() };
    },
    digest(value, purpose) {
      // The length of the purpose stands first, so that purpose and value cannot be shifted against each other.
      return createHmac('sha256', digestKey).update(`${purpose.length}:${purpose}:`).update(value).digest();
    },
  };
}
