import { hash, verify } from '@node-rs/argon2';
import { TooMany } from '../core/errors.ts';

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
  let running = 0;
  const waiting: (() => void)[] = [];
  let nobody: Promise<string> | undefined;

  async function oneOfFew<T>(run: () => Promise<T>): Promise<T> {
    if (running < AT_ONCE) running += 1;
    else {
      if (waiting.length >= WAITING) {
        throw new TooMany('busy', 'too many people sign in at this moment', 5_000);
      }
      // The place is handed on, so it is never free in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

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
