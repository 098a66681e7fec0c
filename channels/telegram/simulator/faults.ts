/**
 * Trouble on command. For calls of the Bot API:
 * - `rate_limited`: 429 with `retryAfterSeconds` (default 1), nothing done.
 * - `error_before` / `error_after`: `status` (default 500), before or after acting.
 * - `drop_before` / `drop_after`: the connection is cut, before or after acting.
 * - `hang_before` / `hang_after`: no answer ever, before or after acting.
 * - `slow`: acts and answers after `latencyMs` (default 1000).
 * - `not_json`: acts, then answers with a page of HTML.
 * - `refuse`: `status` (default 400) and `description`, nothing done.
 * For downloads (method `file`), besides those above: `trickle` gives `bytesPerSecond` (default 1024), `cut_download`
 * cuts the connection after `afterBytes` (default: half).
 * For updates: `duplicate_update` hands one out once more after it was confirmed, `reorder_updates` lets those of other
 * chats overtake it (never those of its own).
 */
export const FAULT_KINDS = [
  'rate_limited',
  'error_before',
  'error_after',
  'drop_before',
  'drop_after',
  'hang_before',
  'hang_after',
  'slow',
  'not_json',
  'refuse',
  'trickle',
  'cut_download',
  'duplicate_update',
  'reorder_updates',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule {
  kind: FaultKind;
  /** Only this method (`file`: downloads); absent: every one that is not about updates or webhooks. */
  method?: string;
  chatId?: number;
  /** How often it strikes; absent: for ever. */
  times?: number;
  /** Chance per call in [0, 1]; absent: 1. Drawn from the simulator's seed. */
  probability?: number;
  retryAfterSeconds?: number;
  status?: number;
  description?: string;
  latencyMs?: number;
  bytesPerSecond?: number;
  afterBytes?: number;
}

export interface Faults {
  /** Adds a rule; the returned function takes it back. The first rule that fits strikes. */
  add(rule: FaultRule): () => void;
  clear(): void;
  /** Told of every strike, with the rule as it was added. */
  onStrike(listener: (rule: FaultRule) => void): () => void;
  readonly rules: readonly FaultRule[];
}

export interface DrawnFaults extends Faults {
  /** The fault that strikes a call, or null. */
  forCall(method: string, chatId: number | null): FaultRule | null;
  /** Whether a fault about updates strikes one of this chat. */
  forUpdate(kind: 'duplicate_update' | 'reorder_updates', chatId: number | null): boolean;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32, public domain), so that a run can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const NOT_BY_DEFAULT = new Set(['getMe', 'getUpdates', 'setWebhook', 'deleteWebhook', 'getWebhookInfo']);

export function createFaults(random: () => number): DrawnFaults {
  const rules: { rule: FaultRule; left: number }[] = [];
  const onStrike = new Set<(rule: FaultRule) => void>();

  const draw = (fits: (rule: FaultRule) => boolean): FaultRule | null => {
    for (const entry of rules) {
      if (entry.left <= 0 || !fits(entry.rule)) continue;
      if (entry.rule.probability !== undefined && random() >= entry.rule.probability) continue;
      entry.left -= 1;
      if (entry.left <= 0) rules.splice(rules.indexOf(entry), 1);
      for (const listener of onStrike) listener(entry.rule);
      return entry.rule;
    }
    return null;
  };
  const isAboutUpdates = (rule: FaultRule): boolean =>
    rule.kind === 'duplicate_update' || rule.kind === 'reorder_updates';
  const isAboutDownloads = (rule: FaultRule): boolean => rule.kind === 'trickle' || rule.kind === 'cut_download';
  const isIn = (rule: FaultRule, chatId: number | null): boolean => rule.chatId === undefined || rule.chatId === chatId;

  return {
    get rules() {
      return rules.map(({ rule }) => rule);
    },
    add(rule) {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.push(entry);
      return () => {
        const at = rules.indexOf(entry);
        if (at >= 0) rules.splice(at, 1);
      };
    },
    clear() {
      rules.length = 0;
    },
    onStrike(listener) {
      onStrike.add(listener);
      return () => onStrike.delete(listener);
    },
    forCall(method, chatId) {
      if (rules.length === 0) return null;
      return draw(
        (rule) =>
          !isAboutUpdates(rule) &&
          (method === 'file' || !isAboutDownloads(rule)) &&
          isIn(rule, chatId) &&
          (rule.method === undefined ? !NOT_BY_DEFAULT.has(method) : rule.method === method),
      );
    },
    forUpdate(kind, chatId) {
      return rules.length > 0 && draw((rule) => rule.kind === kind && isIn(rule, chatId)) !== null;
    },
  };
}
