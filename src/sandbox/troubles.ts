import type { FaultRule as MailFault, MailSimulator } from '../../channels/email/simulator/index.ts';
import type { FaultRule, TelegramSimulator } from '../../channels/telegram/simulator/index.ts';
import type { SandboxState, TroubleKind } from './contract.ts';

/** What each trouble is at the platform. Those without `times` stay until they are cleared. */
const RULES: Readonly<Partial<Record<TroubleKind, FaultRule>>> = {
  too_many: { kind: 'rate_limited', method: 'sendMessage', times: 2, retryAfterSeconds: 3 },
  cut_reply: { kind: 'drop_after', method: 'sendMessage', times: 1 },
  duplicates: { kind: 'duplicate_update' },
  slow: { kind: 'slow', method: 'sendMessage', latencyMs: 4_000 },
  server_error: { kind: 'error_before', method: 'sendMessage', times: 2, status: 502, description: 'Bad Gateway' },
};

const MAIL_RULES: Readonly<Partial<Record<TroubleKind, MailFault>>> = {
  mail_later: { kind: 'smtp_refuse', at: 'recipient', code: 451, words: '4.7.1 Greylisted, come back later', times: 2 },
  mail_bounce: { kind: 'bounce', times: 1, latencyMs: 1_500 },
  mail_cut: { kind: 'smtp_cut', at: 'answer', times: 1 },
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
  rule: FaultRule | MailFault;
  struck: number;
  remove(): void;
}

/** Puts trouble in the gateway's way and counts how often it struck. */
export function createTroubles(simulator: TelegramSimulator, mail: MailSimulator, onChange: () => void): Troubles {
  const active = new Map<number, Active>();
  let nextId = 1;
  const struck = (rule: FaultRule | MailFault): void => {
    for (const [id, one] of active) {
      if (one.rule !== rule) continue;
      one.struck += 1;
      if (one.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) active.delete(id);
      onChange();
    }
  };
  const stops = [simulator.faults.onStrike(struck), mail.faults.onStrike(struck)];
  const begin = (kind: TroubleKind, chatId: number | undefined): Pick<Active, 'rule' | 'remove'> | null => {
    // A rule of its own object each time: strikes are told apart by it.
    const { [kind]: telegram } = RULES;
    const { [kind]: letters } = MAIL_RULES;
    if (telegram !== undefined) {
      const rule = { ...telegram, ...(chatId === undefined ? {} : { chatId }) };
      return { rule, remove: simulator.faults.add(rule) };
    }
    if (letters === undefined) return null;
    const rule = { ...letters };
    return { rule, remove: mail.faults.add(rule) };
  };
  return {
    list: () =>
      [...active].map(([id, { kind, rule, struck }]) => ({
        id,
        kind,
        left: rule.times === undefined ? null : rule.times - struck,
        struck,
      })),
    add(kind, chatId) {
      const begun = begin(kind, chatId);
      if (begun === null) {
        // Over as soon as it is done: the server numbers our mailbox anew, and connections learn of it when they are cut.
        mail.mailbox().inbox.renumber();
        mail.cutAll();
      } else {
        active.set(nextId, { kind, struck: 0, ...begun });
        nextId += 1;
      }
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
    close() {
      for (const stop of stops) stop();
    },
  };
}
