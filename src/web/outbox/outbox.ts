import { ApiFailure } from '../api/failure.ts';
import { backoffMs } from '../live/backoff.ts';
import type { KeptOutgoing } from './kept.ts';
import type { Outgoing } from './outgoing.ts';

export interface OutboxDeps {
  send(entry: Outgoing): Promise<void>;
  /** Called once the server has an entry. */
  stored(entry: Outgoing): void;
  kept: KeptOutgoing;
  newId(): string;
  nowMs(): number;
  random(): number;
  later(work: () => void, delayMs: number): void;
}

/**
 * What agents wrote, on its way to the server: at once when it is there, else in order as soon as it is back. One at a time in each
 * conversation, so that the second of two replies never overtakes the first. Survives a reload, and a tab that is closed: the next one of
 * the same agent sends what it left.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #busy = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #failures = new Map<string, number>();
  #entries: readonly Outgoing[];

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#entries = deps.kept.all();
  }

  readonly entries = (): readonly Outgoing[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes it and sends it when its turn comes. */
  add(
    what: Pick<Outgoing, 'conversationId' | 'kind' | 'text' | 'files' | 'answered' | 'letter' | 'publicly'>,
  ): Outgoing {
    const { newId, nowMs, kept } = this.#deps;
    // Later than the one before it also within a millisecond: their order is read back from this.
    const atMs = Math.max(nowMs(), (this.#entries.at(-1)?.atMs ?? 0) + 1);
    const entry: Outgoing = { ...what, id: newId(), atMs, state: 'queued', reason: null, code: null, requestId: null };
    kept.keep(entry);
    this.#set([...this.#entries, entry]);
    this.#drain(entry.conversationId);
    return entry;
  }

  /** Sends a refused entry again under its own id. */
  retry(id: string): void {
    this.#change(id, { state: 'queued', reason: null, code: null, requestId: null });
    const entry = this.#entries.find((one) => one.id === id);
    if (entry !== undefined) this.#drain(entry.conversationId);
  }

  /** Forgets entries that are refused, or that the thread shows now. */
  forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    if (!this.#entries.some((one) => gone.has(one.id))) return;
    for (const { id } of this.#entries) if (gone.has(id)) this.#deps.kept.drop(id);
    this.#set(this.#entries.filter((one) => !gone.has(one.id)));
  }

  /** The server may be there again: everything that waits goes out, and what a tab that is gone left behind. */
  wake(): void {
    this.#failures.clear();
    const mine = new Set(this.#entries.map((one) => one.id));
    // Perhaps that tab is not gone and sends it too: the same id, so it is stored once.
    const left = this.#deps.kept.all().filter((one) => one.state === 'queued' && !mine.has(one.id));
    if (left.length > 0) this.#set([...this.#entries, ...left]);
    for (const id of new Set(this.#entries.map((one) => one.conversationId))) this.#drain(id);
  }

  #drain(conversationId: string): void {
    if (this.#busy.has(conversationId)) return;
    // A refused entry holds nothing up: its author sees it, and what came after was written after it was shown.
    const entry = this.#entries.find((one) => one.conversationId === conversationId && one.state === 'queued');
    if (entry === undefined) return;
    this.#busy.add(conversationId);
    void this.#send(entry).finally(() => {
      this.#busy.delete(conversationId);
      const next = this.#entries.find((one) => one.conversationId === conversationId && one.state === 'queued');
      if (next !== undefined && !this.#failures.has(conversationId)) this.#drain(conversationId);
    });
  }

  async #send(entry: Outgoing): Promise<void> {
    this.#change(entry.id, { state: 'sending' });
    try {
      await this.#deps.send(entry);
      this.#failures.delete(entry.conversationId);
      this.#change(entry.id, { state: 'stored' });
      this.#deps.stored(entry);
    } catch (thrown) {
      const failure = thrown instanceof ApiFailure ? thrown : null;
      // Signed out: it waits until somebody signs in again.
      if (failure !== null && !failure.passing && !failure.ofSession) {
        this.#change(entry.id, {
          state: 'refused',
          reason: failure.message,
          code: failure.code,
          requestId: failure.requestId ?? null,
        });
        return;
      }
      this.#change(entry.id, { state: 'queued' });
      const failures = this.#failures.get(entry.conversationId) ?? 0;
      this.#failures.set(entry.conversationId, failures + 1);
      const delayMs = failure?.retryAfterMs ?? backoffMs(failures, this.#deps.random());
      this.#deps.later(() => this.#drain(entry.conversationId), delayMs);
    }
  }

  #change(id: string, change: Partial<Outgoing>): void {
    const { kept } = this.#deps;
    const entries = this.#entries.map((one) => (one.id === id ? { ...one, ...change } : one));
    const changed = entries.find((one) => one.id === id);
    if (changed?.state === 'stored') kept.drop(id);
    else if (changed !== undefined) kept.keep(changed);
    this.#set(entries);
  }

  #set(entries: readonly Outgoing[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }
}
