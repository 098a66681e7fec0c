import type { CallAs } from '../../endpoints.ts';
import { XCallError, type XCallFailure } from '../../errors.ts';
import type { SignIn, XCredentials } from './credentials.ts';
import { NeedsLogin } from './errors.ts';

/** Who asks, and what for. */
export interface Signer {
  credentials: Pick<XCredentials, 'signIn'>;
  as: CallAs;
  /** Names the call in errors, such as `GET /2/tweets`. */
  what: string;
}

/**
 * Asks with what signs it, and once more with another token where X refused the first: then nothing was done.
 * @param isRefused whether an answer refuses the token
 * @throws {XCallError} where nothing could be had to sign with: status 401 where only a person can help. And what `ask` throws
 */
export async function askSigned<T>(
  signer: Signer,
  signal: AbortSignal,
  ask: (sign: SignIn) => Promise<T>,
  isRefused: (answer: T) => boolean,
): Promise<T> {
  const sign = await signIn(signer, signal);
  const answer = await ask(sign);
  if (sign.kind !== 'bearer' || !isRefused(answer)) return answer;
  const next = await signIn(signer, signal, sign.token);
  return next.kind === 'bearer' && next.token === sign.token ? answer : await ask(next);
}

async function signIn({ credentials, as, what }: Signer, signal: AbortSignal, refused?: string): Promise<SignIn> {
  try {
    return await credentials.signIn(as, signal, refused);
  } catch (error) {
    if (error instanceof NeedsLogin) {
      throw new XCallError(what, { ...notSent(`${error.message}. ${error.mend ?? ''}`.trim()), status: 401 });
    }
    throw new XCallError(what, notSent(error instanceof Error ? error.message : 'no token could be had'));
  }
}

/** Nothing was asked of X, and nothing was spent. */
export function notSent(message: string): XCallFailure {
  return { status: null, problem: null, message, retryAfterMs: null, sent: 'no' };
}
