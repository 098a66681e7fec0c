/** A bounded number of ids, of which the oldest are forgotten. */
export interface RecentIds {
  add(id: string): void;
  /** Whether it is there; it is not any more afterwards. */
  take(id: string): boolean;
}

export function createRecentIds(most: number): RecentIds {
  const ids = new Set<string>();
  return {
    add(id) {
      ids.add(id);
      if (ids.size <= most) return;
      const [oldest] = ids;
      if (oldest !== undefined) ids.delete(oldest);
    },
    take: (id) => ids.delete(id),
  };
}
