import type { AccountMemory } from '../../../src/core/ports/channel.ts';

/** An account's memory that several "processes" of one test share. */
export function createAccountMemory(): AccountMemory & { readonly written: Map<string, string> } {
  const written = new Map<string, string>();
  const queues = new Map<string, Promise<unknown>>();
  return {
    written,
    read: async (name) => written.get(name) ?? null,
    exclusively(name, act) {
      const mine = (queues.get(name) ?? Promise.resolve()).then(() =>
        act(written.get(name) ?? null, async (next) => void written.set(name, next)),
      );
      queues.set(
        name,
        mine.catch(() => undefined),
      );
      return mine;
    },
  };
}
