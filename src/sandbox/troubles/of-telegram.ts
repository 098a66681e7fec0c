import type { FaultRule, TelegramSimulator } from '../../../channels/telegram/simulator/index.ts';
import type { TroubleKind } from '../contract.ts';
import { beginFault } from './fault-rules.ts';
import type { BeginTrouble } from './troubles.ts';

/** Those without `times` stay until they are cleared. */
const RULES: Readonly<Partial<Record<TroubleKind, FaultRule>>> = {
  too_many: { kind: 'rate_limited', method: 'sendMessage', times: 2, retryAfterSeconds: 3 },
  cut_reply: { kind: 'drop_after', method: 'sendMessage', times: 1 },
  duplicates: { kind: 'duplicate_update' },
  slow: { kind: 'slow', method: 'sendMessage', latencyMs: 4_000 },
  server_error: { kind: 'error_before', method: 'sendMessage', times: 2, status: 502, description: 'Bad Gateway' },
};

export function telegramTroubles({ faults }: Pick<TelegramSimulator, 'faults'>): BeginTrouble {
  return (kind, onStrike, chatId) => {
    const { [kind]: rule } = RULES;
    if (rule === undefined) return null;
    return beginFault(faults, { ...rule, ...(chatId === undefined ? {} : { chatId }) }, onStrike);
  };
}
