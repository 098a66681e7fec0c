import type { FaultRule, TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import type { SandboxState, TroubleKind } from './contract.ts';

/** What each trouble is at the platform. Those without `times` stay until they are cleared. */
const RULES: Readonly<Record<TroubleKind, FaultRule>> = {
  too_many: { kind: 'rate_limited', method: 'sendMessage', times: 2, retryAfterSeconds: 3 },
  cut_reply: { kind: 'drop_after', method: 'sendMessage', times: 1 },
  duplicates: { kind: 'duplicate_update' },
  slow: { kind: 'slow', method: 'sendMessage', latencyMs: 4_000 },
  server_error: { kind: 'error_before', method: 'sendMessage', times: 2, status: 502, description: 'Bad Gateway' },
};

/** Trouble that is under way. */
export interface Troubles {
  list(): SandboxState['troubles'];
  /** `chatId`: only in this chat. */
  add(kind: TroubleKind, chatId: number | undefined): void;
  /** Null: all. */
  clear(id: number | null): void;
  close(): void;
}

interface Active {
  kind: TroubleKind;
  rule: FaultRule;
  struck: number;
  remove(): void;
}

/** Puts trouble in the gateway's way and counts how often it struck. */
export function createTroubles(simulator: TelegramSimulator, onChange: () => void): Troubles {
  const active = new Map<number, Active>();
  let nextId = 1;
  const stop = simulator.faults.onStrike((rule) => {
    for (const [id, one] of active) {
      if (one.rule !== rule) continue;
      one.struck += 1;
      if (one.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) active.delete(id);
      onChange();
    }
  });
  return {
    list: () =>
      [...active].map(([id, { kind, rule, struck }]) => ({
        id,
        kind,
        left: rule.times === undefined ? null : rule.times - struck,
        struck,
      })),
    add(kind, chatId) {
      // A rule of its own object each time: strikes are told apart by it.
      const rule: FaultRule = { ...RULES[kind], ...(chatId === undefined ? {} : { chatId }) };
      active.set(nextId, { kind, rule, struck: 0, remove: simulator.faults.add(rule) });
      nextId += 1;
      onChange();
    },
    clear(id) {
      for (const [one, { remove }] of active) {
        if (id !== null && one !== id) continue;
        remove();
        active.delete(one);
      }
      onChange();
    },
    close: stop,
  };
}
