import { hash, verify } from '@node-rs/argon2';
import { fewAtOnce } from './few-at-once.ts';

/** argon2id, the library's default kind, with OWASP's numbers: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** How many are hashed at once: each takes a thread of the few that also read files and resolve names. */
const AT_ONCE = 2;
/** How many may wait; more than that is no desk signing in. */
const WAITING = 64;

/** Hashing, a few at once. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether a password belongs to a hash. Null, of somebody unknown: false, after the same time. */
  fits(passwordHash: string | null, password: string): Promise<boolean>;
}

/** The one form of a password: the same letters typed on different systems are the same. */
function formOf(password: string): string {
  return password.normalize('NFC');
}

/** The hash of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(formOf(password), COST);
}

/** Makes the hashing side. */
export function createPasswords(): Passwords {
  const oneOfFew = fewAtOnce(AT_ONCE, WAITING);
  let nobody: Promise<string> | undefined;

  return {
    hash: (password) => oneOfFew(() => hashPassword(password)),
    fits: (passwordHash, password) =>
      oneOfFew(async () => {
        nobody ??= hashPassword('nobody has this password');
        const fits = await verify(passwordHash ?? (await nobody), formOf(password));
        return passwordHash !== null && fits;
      }),
  };
}
