import { ApiFailure } from '../api/failure.ts';
import { backoffMs } from '../live/backoff.ts';
import { type Outgoing, readOutgoing } from './outgoing.ts';

export interface OutboxDeps {
  send(entry: Outgoing): Promise<void>;
  /** Called once the server has an entry. */
  stored(entry: Outgoing): void;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  key: string;
  newId(): string;
  nowMs(): number;
  random(): number;
  later(work: () => void, delayMs: number): void;
}

/**
 * What agents wrote, on its way to the server: at once when it is there, else in order as soon as it is back. One at a time in each
 * conversation, so that the second of two replies never overtakes the first. Survives a reload.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #busy = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #failures = new Map<string, number>();
  #entries: readonly Outgoing[];

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#entries = readOutgoing(deps.storage.getItem(deps.key));
  }

  readonly entries = (): readonly Outgoing[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes it and sends it when its turn comes. */
  add(what: Pick<Outgoing, 'conversationId' | 'kind' | 'text'>): Outgoing {
    const { newId, nowMs } = this.#deps;
    const entry: Outgoing = { ...what, id: newId(), atMs: nowMs(), state: 'queued', reason: null, requestId: null };
    this.#set([...this.#entries, entry]);
    this.#drain(entry.conversationId);
    return entry;
  }

  /** Sends a refused entry again under its own id. */
  retry(id: string): void {
    this.#change(id, { state: 'queued', reason: null, requestId: null });
    const entry = this.#entries.find((one) => one.id === id);
    if (entry !== undefined) this.#drain(entry.conversationId);
  }

  /** Forgets entries that are refused, or that the thread shows now. */
  forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    if (this.#entries.some((one) => gone.has(one.id))) this.#set(this.#entries.filter((one) => !gone.has(one.id)));
  }

  /** The server may be there again: everything that waits goes out. */
  wake(): void {
    this.#failures.clear();
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
      if (failure !== null && !failure.passing && failure.status !== 401) {
        this.#change(entry.id, { state: 'refused', reason: failure.message, requestId: failure.requestId ?? null });
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
    this.#set(this.#entries.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  #set(entries: readonly Outgoing[]): void {
    this.#entries = entries;
    try {
      const waiting = entries.filter((one) => one.state !== 'stored');
      this.#deps.storage.setItem(this.#deps.key, JSON.stringify(waiting));
    } catch {
      // Storage is full or refused: it is sent all the same, only a reload would lose it.
    }
    for (const listener of this.#listeners) listener();
  }
}
