/** How many of something may be open at once, by key; in this process alone, as `RateLimit` counts. */
export interface OpenLimit {
  /** Null where there are too many; else to be called once at the end. */
  enter(key: string): (() => void) | null;
}

export function createOpenLimit(most: number): OpenLimit {
  const open = new Map<string, number>();
  return {
    enter(key) {
      const count = open.get(key) ?? 0;
      if (count >= most) return null;
      open.set(key, count + 1);
      return () => {
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      };
    },
  };
}
