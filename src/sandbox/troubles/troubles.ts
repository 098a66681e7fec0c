import type { SandboxState, TroubleKind } from '../contract.ts';

/** How often some trouble strikes, and how it ends. */
export interface Begun {
  /** Null: until it is cleared. */
  times: number | null;
  remove(): void;
}

/**
 * Trouble of one platform. Begins what is asked for and calls `onStrike` each time it struck; trouble that lasts, such as a platform
 * that is away, never does. `over`: it was done at once and nothing is left of it. Null: this is no trouble of this platform.
 */
export type BeginTrouble = (kind: TroubleKind, onStrike: () => void, chatId?: number) => Begun | 'over' | null;

/** Trouble that is under way. */
export interface Troubles {
  list(): SandboxState['troubles'];
  /** `chatId`: only in this chat, where the trouble is about chats. */
  add(kind: TroubleKind, chatId: number | undefined): void;
  /** Null: all. */
  clear(id: number | null): void;
}

interface Active extends Begun {
  kind: TroubleKind;
  struck: number;
}

/** Puts trouble in the gateway's way and counts how often it struck. */
export function createTroubles(platforms: readonly BeginTrouble[], onChange: () => void): Troubles {
  const active = new Map<number, Active>();
  let nextId = 1;

  function struck(id: number): void {
    const one = active.get(id);
    if (one === undefined) return;
    one.struck += 1;
    if (one.times !== null && one.struck >= one.times) {
      active.delete(id);
      one.remove();
    }
    onChange();
  }
  function begin(kind: TroubleKind, id: number, chatId: number | undefined): Begun | 'over' | null {
    for (const platform of platforms) {
      const begun = platform(kind, () => struck(id), chatId);
      if (begun !== null) return begun;
    }
    return null;
  }

  return {
    list: () =>
      [...active].map(([id, { kind, times, struck }]) => ({
        id,
        kind,
        left: times === null ? null : times - struck,
        struck,
      })),
    add(kind, chatId) {
      const id = nextId;
      nextId += 1;
      const begun = begin(kind, id, chatId);
      if (begun !== null && begun !== 'over') active.set(id, { kind, struck: 0, ...begun });
      onChange();
    },
    clear(id) {
      for (const [one, { remove }] of active) {
        if (id !== null && one !== id) continue;
        active.delete(one);
        remove();
      }
      onChange();
    },
  };
}
