/** What every kind of simulated trouble has. */
export interface StrikingRule {
  /** How often it strikes; absent: for ever. */
  times?: number;
  /** Chance per call in [0, 1]; absent: 1. Drawn from the simulator's seed. */
  probability?: number;
}

/** Trouble on command, as whoever runs a simulator holds it. */
export interface FaultList<Rule extends StrikingRule> {
  /** Adds a rule; the returned function takes it back. The first rule that fits strikes. */
  add(rule: Rule): () => void;
  clear(): void;
  /** Told of every strike, with the rule as it was added. */
  onStrike(listener: (rule: Rule) => void): () => void;
  readonly rules: readonly Rule[];
}

/** The same, as the simulator itself asks it. */
export interface StrikingFaults<Rule extends StrikingRule> extends FaultList<Rule> {
  /** The first rule that fits and strikes now, which counts as once; or null. */
  strike(fits: (rule: Rule) => boolean): Rule | null;
}

/** @param random uniform numbers in [0, 1) */
export function createFaultList<Rule extends StrikingRule>(random: () => number): StrikingFaults<Rule> {
  const entries: { rule: Rule; left: number }[] = [];
  const listeners = new Set<(rule: Rule) => void>();
  return {
    get rules() {
      return entries.map(({ rule }) => rule);
    },
    add(rule) {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      entries.push(entry);
      return () => {
        const at = entries.indexOf(entry);
        if (at >= 0) entries.splice(at, 1);
      };
    },
    clear() {
      entries.length = 0;
    },
    onStrike(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    strike(fits) {
      for (const entry of entries) {
        if (entry.left <= 0 || !fits(entry.rule)) continue;
        if (entry.rule.probability !== undefined && random() >= entry.rule.probability) continue;
        entry.left -= 1;
        if (entry.left <= 0) entries.splice(entries.indexOf(entry), 1);
        for (const listener of listeners) listener(entry.rule);
        return entry.rule;
      }
      return null;
    },
  };
}
