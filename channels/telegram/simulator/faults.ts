import { createFaultList, type FaultList, type StrikingRule } from '../../shared/simulated-faults.ts';

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

export interface FaultRule extends StrikingRule {
  kind: FaultKind;
  /** Only this method (`file`: downloads); absent: every one that is not about updates or webhooks. */
  method?: string;
  chatId?: number;
  retryAfterSeconds?: number;
  status?: number;
  description?: string;
  latencyMs?: number;
  bytesPerSecond?: number;
  afterBytes?: number;
}

/** Trouble on command, as whoever runs the simulator holds it. */
export type Faults = FaultList<FaultRule>;

export interface DrawnFaults extends Faults {
  /** The fault that strikes a call, or null. */
  forCall(method: string, chatId: number | null): FaultRule | null;
  /** Whether a fault about updates strikes one of this chat. */
  forUpdate(kind: 'duplicate_update' | 'reorder_updates', chatId: number | null): boolean;
}

const NOT_BY_DEFAULT = new Set(['getMe', 'getUpdates', 'setWebhook', 'deleteWebhook', 'getWebhookInfo']);

export function createFaults(random: () => number): DrawnFaults {
  const list = createFaultList<FaultRule>(random);
  const isAboutUpdates = (rule: FaultRule): boolean =>
    rule.kind === 'duplicate_update' || rule.kind === 'reorder_updates';
  const isAboutDownloads = (rule: FaultRule): boolean => rule.kind === 'trickle' || rule.kind === 'cut_download';
  const isIn = (rule: FaultRule, chatId: number | null): boolean => rule.chatId === undefined || rule.chatId === chatId;

  return Object.assign(list, {
    forCall: (method: string, chatId: number | null) =>
      list.strike(
        (rule) =>
          !isAboutUpdates(rule) &&
          (method === 'file' || !isAboutDownloads(rule)) &&
          isIn(rule, chatId) &&
          (rule.method === undefined ? !NOT_BY_DEFAULT.has(method) : rule.method === method),
      ),
    forUpdate: (kind: FaultKind, chatId: number | null) =>
      list.strike((rule) => rule.kind === kind && isIn(rule, chatId)) !== null,
  });
}
