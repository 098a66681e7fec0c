import type { AccountRecords } from '../../../src/core/ports/channel.ts';
import { integerOf, jsonIn, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { XCallError } from '../errors.ts';
import { snowflakeOf } from '../ids.ts';
import type { XCall, XRest } from './ports.ts';

/** Under this name an account's memory holds who it is. */
export const MEMORY_NAME = 'x.me';
/** A handle may be changed at X at any time: it is asked for again after this, ms. */
const ASK_EVERY_MS = 24 * 3_600_000;
/** Where that failed, the next try waits, ms. */
const ASK_AGAIN_MS = 3_600_000;
/** Who the account is does not end with whoever wanted to know. */
const NEVER = new AbortController().signal;

/** Who we are at X. */
export interface Self {
  id: string;
  /** As X said within the last day, without the at sign; it may be changed at X at any time, the id never is. */
  handle: string | null;
}

/** Who the account is: asked once a day, and kept for all processes. */
export interface SelfSource {
  /** What is known just now. */
  current(): Self | null;
  /** @throws {XCallError | BudgetUsedUp} where it has to be asked and cannot be; the next call tries again */
  learn(signal: AbortSignal): Promise<Self>;
  /** What another process has learned. Never asks X; null where the store does not know, or is away and nothing was known before. */
  recall(): Promise<Self | null>;
}

export interface SelfParts {
  rest: Pick<XRest, 'call'>;
  records: Pick<AccountRecords, 'memory' | 'sign'>;
  /** Names whose access is in use; another one is another user perhaps. */
  consent(): Promise<string>;
  nowMs(): number;
}

interface Known {
  self: Self;
  /** Under which access it was asked. */
  by: string;
  askedAtMs: number;
}

/** Makes it. What was asked belongs to the access it was asked with: a new login begins anew, in processes that run already too. */
export function createSelfSource({ rest, records, consent, nowMs }: SelfParts): SelfSource {
  const { memory, sign } = records;
  const inUse = async (): Promise<string> => sign(`x.me ${await consent()}`);
  const kept = async (by: string): Promise<Known | null> => readKept(await memory.read(MEMORY_NAME), by);
  let known: Known | null = null;
  let learning: Promise<Known> | null = null;
  let nextTryMs = 0;

  async function ask(by: string, purpose: XCall['purpose'], signal: AbortSignal): Promise<Known> {
    const { body, status } = await rest.call({ endpoint: 'me', purpose }, signal);
    const data = recordOf(recordOf(body)?.['data']);
    const id = snowflakeOf(data?.['id']);
    if (id === null) {
      const message = 'the answer does not say who the account is';
      throw new XCallError('GET /2/users/me', { status, problem: null, message, retryAfterMs: null, sent: 'maybe' });
    }
    const handle = nameLine(stringOf(data?.['username']) ?? '', 50) || null;
    const askedAtMs = nowMs();
    await memory.exclusively(MEMORY_NAME, (_text, write) => write(JSON.stringify({ v: 1, by, id, handle, askedAtMs })));
    return { self: { id, handle }, by, askedAtMs };
  }

  /** Best effort: the id stays what it is, and the handle is what it was until X says another. */
  async function askAgain(by: string): Promise<void> {
    try {
      const found = await kept(by);
      const isNew = found !== null && nowMs() - found.askedAtMs < ASK_EVERY_MS;
      known = isNew ? found : await ask(by, 'read', NEVER);
    } catch {
      // X or the store is away, or the budget is used up: whoever needs them says so.
    }
  }

  return {
    current: () => known?.self ?? null,
    async learn(signal) {
      const by = await inUse();
      if (known?.by !== by) {
        learning ??= kept(by)
          .then((found) => found ?? ask(by, 'answer', signal))
          .finally(() => {
            learning = null;
          });
        known = await learning;
      }
      if (nowMs() - known.askedAtMs >= ASK_EVERY_MS && nowMs() >= nextTryMs) {
        nextTryMs = nowMs() + ASK_AGAIN_MS;
        void askAgain(by);
      }
      return known.self;
    },
    async recall() {
      try {
        known = await kept(await inUse());
      } catch {
        // The store is away: what was known is still the best there is.
      }
      return known?.self ?? null;
    },
  };
}

function readKept(text: string | null, by: string): Known | null {
  const fields = recordOf(jsonIn(text ?? ''));
  const id = snowflakeOf(fields?.['id']);
  if (fields?.['v'] !== 1 || fields['by'] !== by || id === null) return null;
  return { self: { id, handle: stringOf(fields['handle']) }, by, askedAtMs: integerOf(fields['askedAtMs']) ?? 0 };
}
