/** For how long one word of somebody who writes counts, ms: platforms repeat it every four to ten seconds. */
const LASTS_MS = 10_000;

/** Which customers write just now, as far as the server said. */
export class CustomersTyping {
  readonly #listeners = new Set<() => void>();
  readonly #until = new Map<string, ReturnType<typeof setTimeout>>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  is(conversationId: string): boolean {
    return this.#until.has(conversationId);
  }

  /** The customer of this conversation writes. */
  heard(conversationId: string): void {
    clearTimeout(this.#until.get(conversationId));
    this.#until.set(
      conversationId,
      setTimeout(() => this.over(conversationId), LASTS_MS),
    );
    this.#tell();
  }

  /** What was written is there, or time is over. */
  over(conversationId: string): void {
    clearTimeout(this.#until.get(conversationId));
    if (this.#until.delete(conversationId)) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Those of this page. */
export const customersTyping = new CustomersTyping();
