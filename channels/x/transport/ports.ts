import type { Spending } from '../../../src/core/ports/channel.ts';
import type { EndpointName } from '../endpoints.ts';
import type { Headers } from '../rate-limits.ts';

/** One call of the API. */
export interface XCall {
  endpoint: EndpointName;
  /** Values of the placeholders in its path. */
  path?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  json?: Readonly<Record<string, unknown>>;
  /** Sent as `multipart/form-data`: a piece of an upload. */
  piece?: { index: number; bytes: Uint8Array };
  /** The most it may cost, millionths of a US dollar; left out: what the endpoint says for one of what it gives. */
  mostMicros?: number;
  /** Answers to people come before asking what is new: only these may use what is kept back for them. */
  purpose: 'answer' | 'read';
  /** Default 8,000 ms, so that a call ends within ten seconds. */
  timeoutMs?: number;
}

export interface XAnswer {
  status: number;
  headers: Headers;
  /** Parsed, unchecked. */
  body: unknown;
}

/** The API, with credentials, through the library. */
export interface XRest {
  /**
   * @throws {XCallError} for every answer but a 2xx, and where there was none; its `sent` tells whether the request may have been written
   * @throws {BudgetUsedUp} before anything is sent, where the day's budget does not cover `mostMicros`
   */
  call(call: XCall, signal: AbortSignal): Promise<XAnswer>;
  close(): void;
}

/** Money taken from the day's budget for one call. */
export interface Reservation {
  /** What it came to, at most what was taken; the rest goes back. A call of unknown fate costs all of it. */
  settle(micros: number): void;
}

/** Keeps the account's spending within the budget. */
export interface Meter {
  /** @throws {BudgetUsedUp} where the budget does not cover it; nothing is taken */
  reserve(mostMicros: number, purpose: XCall['purpose']): Promise<Reservation>;
  spending(): Promise<Spending>;
}

/** The day's budget does not cover a call. */
export class BudgetUsedUp extends Error {
  override readonly name = 'BudgetUsedUp';
  /** When the next day (UTC) begins, ms since the epoch. */
  readonly refillsAtMs: number;

  constructor(purpose: XCall['purpose'], refillsAtMs: number) {
    const what = purpose === 'read' ? 'reading' : 'answers';
    const until = new Date(refillsAtMs).toISOString();
    super(`the day's budget for ${what} at X is used up until ${until} (raise budgetPerDay to go on now)`);
    this.refillsAtMs = refillsAtMs;
  }
}
